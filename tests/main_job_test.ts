/**
 * What the README promises, with the supabase-js that everybody installs.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const PNG = await Deno.readFile(new URL("./files/photo.png", import.meta.url));

Deno.test("a photo goes up with a ticket, and comes down to its owner alone", async () => {
  const alice = await world.newPerson();
  const mallory = await world.newPerson();

  const { data: ticket, error } = await alice.client.functions.invoke(
    "signed-upload",
    {
      body: {
        bucket: "photos",
        name: "photo.png",
        type: "image/png",
        bytes: PNG.length,
      },
    },
  );
  strictEqual(error, null);
  const { standard, object: { bucket, path } } = ticket;
  const up = await alice.client.storage.from(standard.bucket)
    .uploadToSignedUrl(standard.path, standard.token, PNG, standard.options);
  strictEqual(up.error, null);
  const photos = alice.client.storage.from(bucket);
  ok((await photos.download(path)).error);

  const done = await alice.client.functions.invoke("signed-upload/complete", {
    body: { id: ticket.id },
  });
  strictEqual(done.error, null);
  strictEqual(done.data.state, "verified");
  const shown = await alice.client.functions.invoke(
    `signed-upload/${ticket.id}`,
    { method: "GET" },
  );
  deepStrictEqual(shown.data.object, ticket.object);

  const down = await photos.download(path);
  const bytes = new Uint8Array(await (down.data ?? new Blob()).arrayBuffer());
  deepStrictEqual(bytes, PNG);

  const theirs = mallory.client.storage.from(bucket);
  ok((await theirs.download(path)).error);
  ok((await theirs.createSignedUrl(path, 60)).error);
  ok((await world.anyone().storage.from(bucket).download(path)).error);
  deepStrictEqual((await theirs.list(alice.id)).data, []);
  deepStrictEqual((await theirs.remove([path])).data, []);
  ok((await theirs.upload(`${alice.id}/planted.png`, PNG)).error);
  ok((await theirs.createSignedUploadUrl(`${alice.id}/planted.png`)).error);
  const inbox = mallory.client.storage.from(standard.bucket);
  ok((await inbox.createSignedUploadUrl(`${alice.id}/planted.png`)).error);
  strictEqual((await photos.download(path)).error, null);
});

Deno.test("a ticket that nobody needs is closed", async () => {
  const alice = await world.newPerson();
  const body = { bucket: "photos", name: "a.png", type: "image/png", bytes: 1 };
  const { functions } = alice.client;
  const { data: ticket } = await functions.invoke("signed-upload", { body });

  const at = `signed-upload/${ticket.id}`;
  const closed = await functions.invoke(at, { method: "DELETE" });
  const shown = await functions.invoke(at, { method: "GET" });

  strictEqual(closed.error, null);
  strictEqual(shown.error.context.status, 404);
});

Deno.test("the README's own lines work, as often as they are run", async () => {
  const readme = await Deno.readTextFile(
    new URL("../README.md", import.meta.url),
  );
  const [, lines = ""] = readme.match(/```ts ignore\n([^]*?)```/) ?? [];
  const { stack: { url, keys } } = world;
  const png = JSON.stringify([...PNG]);

  for (const time of ["first", "second"]) {
    const source = `
      const PUBLISHABLE_KEY = "${keys.publishable}";
      const bytesOfIt = new Uint8Array(${png});
      const file = new File([bytesOfIt], "me.png", { type: "image/png" });
      ${lines.replace("http://127.0.0.1:54321", url)}
      await supabase.auth.signOut(); // and with it what would renew the session
      export { same }; // the ${time} time`;
    const module = `data:application/typescript,${encodeURIComponent(source)}`;
    const { same } = await import(module);

    deepStrictEqual(new Uint8Array(await same.arrayBuffer()), PNG, time);
  }
});

Deno.test("the people of the banner can sign in, and are what they are called", async () => {
  const { PEOPLE } = await import("../local/people.ts");
  const roles: unknown[] = [];
  for (const person of PEOPLE) {
    const { data } = await world.anyone().auth.signInWithPassword(person);
    roles.push(data.user?.app_metadata["role"]);
  }

  deepStrictEqual(roles, [undefined, "admin"]);
});

Deno.test("a refusal is a problem that a client can read", async () => {
  const alice = await world.newPerson();

  const { error } = await alice.client.functions.invoke("signed-upload", {
    body: { bucket: "photos", name: "a.gif", type: "image/gif", bytes: 1 },
  });

  const { code, status, types } = await error.context.json();
  strictEqual(code, "file_type_not_allowed");
  strictEqual(status, 415);
  deepStrictEqual(types, ["image/png", "image/jpeg", "image/webp"]);
});
