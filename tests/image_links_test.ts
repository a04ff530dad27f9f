/**
 * Links to images, from `signed-download` that signs them to `image-proxy` that
 * shows what they are to.
 *
 * @module
 */
import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { readHeader } from "../supabase/functions/image-proxy/header/read.ts";
import { behindGateway } from "./contracts/contract.ts";
import { ask, linksOf, newcomer, urls } from "./contracts/downloads.ts";
import { PHOTO, pictureIn } from "./contracts/pictures.ts";
import { type Person, startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-download");

/** Puts a photo into a person's folder, past the door that asks for tickets. */
async function put({ id }: Person): Promise<string> {
  const path = `${id}/me.png`;
  await world.rows("alter table storage.objects disable trigger user");
  const body = new Blob([Uint8Array.from(PHOTO)], { type: "image/png" });
  const { storage } = world.service();
  const { error } = await storage.from("photos").upload(path, body);
  await world.rows("alter table storage.objects enable trigger user");
  if (error) throw error;
  return path;
}

function itemOf(path: string, image: unknown, more: object = {}) {
  return [{ bucket: "photos", path, expiresIn: 60, image, ...more }];
}

Deno.test("a link to an image shows it, to whoever has the link", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person);
  const image = { width: 200, height: 50, resize: "fill", format: "webp" };

  const [url = ""] = await urls(place, token, itemOf(path, image));
  const response = await fetch(url);

  ok(url.startsWith(`${world.stack.url}/functions/v1/image-proxy/sign/`), url);
  const header = readHeader(await pictureIn(response, "image/webp"));
  ok(typeof header === "object");
  deepStrictEqual(header.size, { width: 200, height: 50 });
  // Nobody has to remember it.
  deepStrictEqual(await linksOf(world, person.id), []);
});

Deno.test("whoever asks again gets the same link to an image", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person);
  // As long a window as there is, so that it does not end in between.
  const items = itemOf(path, { width: 200 }, { expiresIn: 3_600 });

  const [one] = await urls(place, token, items);
  const [same] = await urls(place, token, items);
  const [other] = await urls(
    place,
    token,
    itemOf(path, { width: 201 }, { expiresIn: 3_600 }),
  );

  strictEqual(one, same);
  notStrictEqual(one, other);
});

Deno.test("a link to an image can save it under a name", async () => {
  const { person, token } = await newcomer(place);
  const path = await put(person);
  const items = itemOf(path, { width: 64 }, { download: "mé.png" });

  const [url = ""] = await urls(place, token, items);
  const response = await fetch(url);
  await response.body?.cancel();

  strictEqual(
    response.headers.get("content-disposition"),
    "attachment; filename=\"m_.png\"; filename*=UTF-8''m%C3%A9.png",
  );
});

Deno.test("U17 nobody is given a link to another's image", async () => {
  const alice = await newcomer(place);
  const bob = await newcomer(place);
  const path = await put(alice.person);

  deepStrictEqual(
    await urls(place, bob.token, itemOf(path, { width: 64 })),
    [""],
  );
});

const REFUSED: [why: string, image: unknown, more?: object][] = [
  ["I1 a width of 0", { width: 0 }],
  ["I1 a width of 1.5", { width: 1.5 }],
  ["I1 a width of 2,501", { width: 2_501 }],
  ["I2 an unknown option", { blur: 1 }],
  ["I2 a list", [1]],
  ["I2 text", "width=1"],
  ["I2 options in an option", { width: { a: 1 } }],
  ["I2 a preset with a width", { preset: "card", width: 1 }],
  ["I2 a name inside", { width: 1, download: "a" }],
  ["I2 a transform of Storage beside it", { width: 1 }, {
    transform: { width: 1 },
  }],
];

for (const [why, image, more] of REFUSED) {
  Deno.test(`${why} is no image to link to`, async () => {
    const { person, token } = await newcomer(place);
    const items = itemOf(`${person.id}/me.png`, image, more);

    const response = await ask(place, token, { items });

    await assertProblem(response, { status: 422, title: "Invalid input" });
  });
}
