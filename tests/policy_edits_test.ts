/**
 * The policy of `signed-upload` as somebody edits it: a project whose copy says
 * something else.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  ask,
  complete,
  PHOTO,
  PIXEL,
  settle,
  usageOf,
} from "./contracts/uploads.ts";
import { startEdited } from "./edited.ts";
import { type Person, tokenOf } from "./world.ts";

/** What the photos of this project are like. */
const PHOTOS = `
    ...USUAL,
    who: { roles: ["painter", "admin"], anonymous: true, aal2: false },
    maxBytes: 100 * MiB,
    types: ["image/*"],
    path: "{user}/{name}",
    publish: "directly",
    upsert: true,
    lifetimeS: 60,
    protocols: ["resumable"],
    quota: { bytes: 200, objects: 3 },
`;

/** And its documents. */
const DOCUMENTS = `
    ...USUAL,
    who: { anonymous: false, aal2: true },
    maxBytes: 25 * MiB,
    types: ["application/pdf", "text/plain"],
    path: "{user}/{id}.{ext}",
`;

const world = await startEdited({
  "functions/signed-upload/policy.ts": [
    [/(photos: \{)[^]*?(\n {2}\},)/, `$1${PHOTOS}$2`],
    [/(documents: \{)[^]*?(\n {2}\},)/, `$1${DOCUMENTS}$2`],
  ],
  "migrations/20260101000400_buckets.sql": [
    [
      "10485760,\n   array['image/png', 'image/jpeg', 'image/webp']",
      "104857600,\n   array['image/*']",
    ],
    ["in ('portico-inbox')", "in ('portico-inbox', 'photos')"],
  ],
  "config.toml": [["[auth]", "[auth]\nenable_anonymous_sign_ins = true"]],
}, {
  // Who replaces an object has to be allowed to change one.
  "migrations/20270101000000_replace.sql":
    `create policy "people replace their own files" on storage.objects
       for update to authenticated
       using (bucket_id = 'photos' and owner_id = (select auth.uid())::text);`,
});
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");

/** Somebody with the role `painter`. */
async function newPainter(): Promise<Person> {
  const person = await world.newPerson();
  await world.service().auth.admin.updateUserById(person.id, {
    "app_metadata": { role: "painter" },
  });
  await person.client.auth.refreshSession();
  return person;
}

async function versions({ id }: Person): Promise<unknown[]> {
  return await world.rows(
    `select bucket_id as bucket, name, (metadata ->> 'size')::int as bytes
     from storage.objects where owner_id = $1 order by name`,
    [id],
  );
}

const usage = (person: Person) => usageOf(world, person);

Deno.test("a bucket takes whom its policy names", async () => {
  const painter = await newPainter();
  const other = await world.newPerson();

  const wanted = { ...PHOTO, bytes: PIXEL.length };
  const taken = await ask(place, await tokenOf(painter), wanted);
  const refused = await ask(place, await tokenOf(other), wanted);

  strictEqual(taken.status, 201, await taken.text());
  await assertProblem(refused, {
    status: 403,
    title: "Forbidden",
    detail: "This needs the role painter or admin",
  });
});

Deno.test("a bucket that wants a second factor says so", async () => {
  const person = await world.newPerson();
  const wanted = { bucket: "documents", type: "text/plain", bytes: 5 };

  const response = await ask(place, await tokenOf(person), wanted);

  const title = "Second factor needed";
  await assertProblem(response, { status: 403, title });
});

Deno.test("a bucket that takes anonymous people takes them", async () => {
  const client = world.anyone();
  const { data } = await client.auth.signInAnonymously();
  const id = data.user?.id ?? "";
  await world.service().auth.admin.updateUserById(id, {
    "app_metadata": { role: "painter" },
  });
  const { data: { session } } = await client.auth.refreshSession();
  const token = session?.access_token ?? "";

  const { length: bytes } = PIXEL;
  const photo = await ask(place, token, { ...PHOTO, bytes });
  const wanted = { bucket: "documents", type: "text/plain", bytes: 5 };
  const document = await ask(place, token, wanted);

  strictEqual(photo.status, 201, await photo.text());
  await assertProblem(document, { status: 403, title: "Forbidden" });
});

Deno.test("a bucket takes all of a kind of types, and its ticket the one", async () => {
  const token = await tokenOf(await newPainter());

  const gif = await ask(place, token, {
    ...{ ...PHOTO, type: "image/gif", bytes: 5 },
  });
  const page = await ask(place, token, { ...PHOTO, type: "text/html" });

  strictEqual(gif.status, 201);
  await gif.body?.cancel();
  await assertProblem(page, { status: 415, types: ["image/*"] });
});

const MAX: [maxMiB: number, why: string, changes: Record<string, unknown>][] = [
  [64, "a PNG, which is read whole", {}],
  [100, "a WebP, which is not", { type: "image/webp" }],
  [64, "a WebP with a checksum", {
    ...{ type: "image/webp", sha256: "0".repeat(64) },
  }],
];

for (const [maxMiB, why, changes] of MAX) {
  Deno.test(`a bucket of 100 MiB takes ${maxMiB} MiB of ${why}`, async () => {
    const token = await tokenOf(await newPainter());
    const maxBytes = maxMiB * 2 ** 20;

    const bytes = maxBytes + 1;
    const over = await ask(place, token, { ...PHOTO, ...changes, bytes });
    const most = { ...PHOTO, ...changes, bytes: maxBytes };
    const fits = await ask(place, token, most);

    await assertProblem(over, { status: 413, maxBytes });
    // The quota of this project is smaller, and is looked at last.
    await assertProblem(fits, { status: 403, title: "Quota exceeded" });
  });
}

Deno.test("a ticket offers the protocols of its bucket, for as long as it says", async () => {
  const token = await tokenOf(await newPainter());
  const { length: bytes } = PIXEL;

  const response = await ask(place, token, { ...PHOTO, bytes });
  const other = { ...PHOTO, bytes, protocol: "standard" };
  const refused = await ask(place, token, other);

  const ticket = await response.json();
  strictEqual(ticket.protocol, "resumable");
  strictEqual(ticket.because, "The bucket offers no other");
  strictEqual(ticket.standard, undefined);
  const lives = Date.parse(ticket.expiresAt) - Date.now();
  ok(lives > 50_000 && lives <= 60_000);
  const { errors } = await refused.json();
  deepStrictEqual(errors, [{
    pointer: "#/protocol",
    detail: "Must be auto, or one that the bucket offers",
  }]);
});

// The tickets of this project are for TUS alone, and the token is good for both.
function standard(ticket: Record<string, unknown>): Promise<Response> {
  const { resumable } = ticket as {
    resumable: { metadata: Record<string, string>; headers: object };
  };
  const { bucketName, objectName, contentType } = resumable.metadata;
  const [token] = Object.values(resumable.headers);
  const at = `${bucketName}/${objectName}?token=${token}`;
  return fetch(`${world.stack.url}/storage/v1/object/upload/sign/${at}`, {
    method: "PUT",
    headers: { "content-type": contentType ?? "" },
    body: ticket["body"] as BodyInit,
  });
}

/** Sends `body` with a ticket for `name`, and gives its id. */
async function put(
  person: Person,
  name: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const wanted = { ...PHOTO, name, bytes: body.length };
  const asked = await ask(place, await tokenOf(person), wanted);
  const ticket = await asked.json();
  strictEqual(asked.status, 201, JSON.stringify(ticket));
  const sent = await standard({ ...ticket, body });
  strictEqual(sent.status, 200, await sent.text());
  return ticket.id;
}

/** The pixel, and a chunk of text in it: another picture that is whole. */
function commented(): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(12 + 4);
  new DataView(chunk.buffer).setUint32(0, 4);
  chunk.set(new TextEncoder().encode("tEXta=b\0"), 4);
  const [head, rest] = [PIXEL.subarray(0, 33), PIXEL.subarray(33)];
  return new Uint8Array([...head, ...chunk, ...rest]);
}

Deno.test("published directly, a file is in its place when it arrives", async () => {
  const person = await newPainter();

  const id = await put(person, "me.png", PIXEL);

  const path = `${person.id}/me.png`;
  const { data } = await person.client.storage.from("photos").download(path);
  strictEqual(data?.size, PIXEL.length);
  const done = await complete(place, await tokenOf(person), id);
  strictEqual((await done.json()).state, "verified");
  deepStrictEqual(await versions(person), [
    { bucket: "photos", name: path, bytes: PIXEL.length },
  ]);
});

Deno.test("published directly, a violator goes when it is looked at", async () => {
  const person = await newPainter();
  const page = new TextEncoder().encode("<html></html>");
  const id = await put(person, "page.png", page);

  const done = await complete(place, await tokenOf(person), id);

  await assertProblem(done, { status: 422, reason: "type_mismatch" });
  deepStrictEqual(await versions(person), []);
  deepStrictEqual(await usage(person), { bytes: 0, objects: 0 });
});

Deno.test("a person replaces their own file, and pays for one", async () => {
  const person = await newPainter();
  const token = await tokenOf(person);
  const first = await put(person, "me.png", PIXEL);
  await (await complete(place, token, first)).body?.cancel();
  const other = commented();

  const second = await put(person, "me.png", other);

  const path = `${person.id}/me.png`;
  deepStrictEqual(await versions(person), [
    { bucket: "photos", name: path, bytes: other.length },
  ]);
  deepStrictEqual(await usage(person), { bytes: other.length, objects: 1 });
  const done = await complete(place, token, second);
  strictEqual((await done.json()).state, "verified");
  strictEqual((await complete(place, token, first)).status, 404);
});

Deno.test("U11 nobody replaces somebody else's file", async () => {
  const owner = await newPainter();
  const thief = await newPainter();
  await put(owner, "me.png", PIXEL);
  // With a ticket for the place, had the function given one.
  await world.rows(
    `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
       bytes, upsert, expires_at)
     values ($1, 'photos', $2, 'photos', $2, 'image/png', $3, true,
       now() + interval '1 hour')`,
    [thief.id, `${owner.id}/me.png`, PIXEL.length],
  );
  const before = await versions(owner);

  for (const client of [thief.client, world.service()]) {
    const { error } = await client.storage.from("photos").upload(
      `${owner.id}/me.png`,
      new Blob([PIXEL], { type: "image/png" }),
      { upsert: true },
    );
    ok(error);
  }

  deepStrictEqual(await versions(owner), before);
  deepStrictEqual(await versions(thief), []);
});

Deno.test("what is about to be removed is not replaced meanwhile", async () => {
  const person = await newPainter();
  const page = new TextEncoder().encode("<html></html>");
  const id = await put(person, "me.png", page);
  // Judged, and not removed yet: who did it is slow, or dead.
  await world.service().schema("portico_api").rpc("judge_upload", {
    ...{ upload: id, version: await versionOf(id) },
    ...{ reason: "type_mismatch", detail: "It is a page" },
  });
  const wanted = { ...PHOTO, bytes: PIXEL.length };

  const early = await ask(place, await tokenOf(person), wanted);
  await world.rows("update portico.uploads set due_at = now() where id = $1", [
    id,
  ]);
  await (await settle(place)).body?.cancel();
  await put(person, "me.png", PIXEL);

  const title = "Object already exists";
  await assertProblem(early, { status: 409, title });
  strictEqual((await versions(person)).length, 1);
});

async function versionOf(id: string): Promise<string | undefined> {
  const [row] = await world.rows<{ version: string }>(
    "select version from portico.uploads where id = $1",
    [id],
  );
  return row?.version;
}
