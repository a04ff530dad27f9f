/**
 * What becomes of uploads that have arrived: those that are what they say, and
 * those that are not. Every rejection is checked for what it left behind.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import signedUpload from "../supabase/functions/signed-upload/index.ts";
import { counting } from "./between.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  arrive,
  ask,
  complete,
  largePng,
  PIXEL,
  send,
  settle,
  upload,
} from "./contracts/uploads.ts";
import { type Person, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");

function text(...parts: (string | Uint8Array<ArrayBuffer>)[]): Blob {
  return new Blob(parts);
}

async function fixture(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(
    new URL(`./files/formats/${name}`, import.meta.url),
  );
}

/** Sends `body` as what it is not, and gives the id of the upload. */
async function smuggle(
  person: Person,
  [bucket, type]: readonly [bucket: string, type: string],
  body: Blob,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const wanted = { bucket, name: "a", type, bytes: body.size, ...more };
  const asked = await ask(place, await tokenOf(person), wanted);
  const ticket = await asked.json();
  strictEqual(asked.status, 201, JSON.stringify(ticket));
  const sent = await send(ticket, body);
  strictEqual(sent.status, 200, await sent.text());
  return ticket.id;
}

/** What there is of `person` in Storage, and how much of a quota it takes. */
async function leftOf({ id }: Person): Promise<unknown> {
  const objects = await world.rows<{ at: string }>(
    `select bucket_id as at from storage.objects where owner_id = $1
     or name like $1 || '/%' order by 1`,
    [id],
  );
  const [used] = await world.rows(
    `select sum(bytes)::int as bytes, sum(objects)::int as objects
     from portico.usage where owner = $1`,
    [id],
  );
  return { at: objects.map(({ at }) => at), used };
}

const NOTHING = { at: [], used: { bytes: 0, objects: 0 } };

const ZIP = await fixture("files.zip");
const PDF = await fixture("written.pdf");
const PAGE = "<!doctype html><script>alert(1)</script>";
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>';
const END = PIXEL.slice(-12);

const PHOTOS: [reason: string, why: string, type: string, body: Blob][] = [
  ["type_mismatch", "HTML", "image/png", text(PAGE)],
  ["type_mismatch", "SVG", "image/png", text(SVG)],
  ["type_mismatch", "SVG behind XML", "image/webp", text("<?xml ?>", SVG)],
  ["type_mismatch", "a program", "image/jpeg", text("MZ\x90\0", END)],
  ["type_mismatch", "another picture", "image/jpeg", text(PIXEL)],
  ["type_mismatch", "noise", "image/jpeg", text("\x01\x02\x03")],
  ["malformed", "half a picture", "image/png", text(PIXEL.slice(0, 50))],
  ["trailing_bytes", "a picture and HTML", "image/png", text(PIXEL, PAGE)],
  ["trailing_bytes", "a picture and an archive", "image/png", text(PIXEL, ZIP)],
  [
    "trailing_bytes",
    "a picture, HTML and another end",
    "image/png",
    text(PIXEL, PAGE, END),
  ],
];

for (const [reason, why, type, body] of PHOTOS) {
  Deno.test(`U9 ${why} as ${type} is rejected, and nothing of it stays`, async () => {
    const person = await world.newPerson();
    const id = await smuggle(person, ["photos", type], body);

    const response = await complete(place, await tokenOf(person), id);

    const title = "Upload rejected";
    await assertProblem(response, { status: 422, title, reason });
    deepStrictEqual(await leftOf(person), NOTHING);
  });
}

const DOCUMENTS: [reason: string, why: string, type: string, body: Blob][] = [
  ["type_mismatch", "HTML", "text/plain", text(" \n", PAGE)],
  ["type_mismatch", "SVG", "text/plain", text(SVG)],
  ["type_mismatch", "HTML", "application/pdf", text(PAGE)],
  ["trailing_bytes", "a document and HTML", "application/pdf", text(PDF, PAGE)],
];

for (const [reason, why, type, body] of DOCUMENTS) {
  Deno.test(`U9 ${why} as ${type} goes into quarantine, where nobody sees it`, async () => {
    const person = await world.newPerson();
    const id = await smuggle(person, ["documents", type], body);

    const response = await complete(place, await tokenOf(person), id);

    const title = "Upload rejected";
    await assertProblem(response, { status: 422, title, reason });
    deepStrictEqual(await leftOf(person), {
      at: ["portico-quarantine"],
      used: { bytes: 0, objects: 0 },
    });
    const kept = world.service().storage.from("portico-quarantine");
    const path = `${person.id}/${id}`;
    const { data } = await kept.download(path);
    deepStrictEqual(await data?.text(), await body.text());
    const own = person.client.storage.from("portico-quarantine");
    ok((await own.download(path)).error);
    ok((await own.createSignedUrl(path, 60)).error);
  });
}

Deno.test("U9 a picture that would take too much memory is rejected", async () => {
  const person = await world.newPerson();
  const bomb = PIXEL.slice();
  new DataView(bomb.buffer).setUint32(16, 50_000_001);
  const id = await smuggle(person, ["photos", "image/png"], text(bomb));

  const response = await complete(place, await tokenOf(person), id);

  await assertProblem(response, { status: 422, reason: "too_many_pixels" });
  deepStrictEqual(await leftOf(person), NOTHING);
});

Deno.test("U9 a file of another checksum is rejected", async () => {
  const person = await world.newPerson();
  const sha256 = "0".repeat(64);
  const at = ["photos", "image/png"] as const;
  const id = await smuggle(person, at, text(PIXEL), { sha256 });

  const response = await complete(place, await tokenOf(person), id);

  await assertProblem(response, { status: 422, reason: "checksum_mismatch" });
  deepStrictEqual(await leftOf(person), NOTHING);
});

Deno.test("a file of the right checksum is kept", async () => {
  const person = await world.newPerson();
  const digest = await crypto.subtle.digest("SHA-256", PIXEL);
  const sha256 = Array.from(
    new Uint8Array(digest),
    (it) => it.toString(16).padStart(2, "0"),
  ).join("");
  const at = ["photos", "image/png"] as const;
  const id = await smuggle(person, at, text(PIXEL), { sha256 });

  const response = await complete(place, await tokenOf(person), id);

  strictEqual((await response.json()).state, "verified");
});

const KEPT: [bucket: string, type: string, file: string][] = [
  ["photos", "image/png", "animated.png"],
  ["photos", "image/jpeg", "multi_picture.jpg"],
  ["photos", "image/webp", "animated.webp"],
  ["documents", "application/pdf", "updated.pdf"],
  ["documents", "text/plain", "text.txt"],
];

for (const [bucket, type, file] of KEPT) {
  Deno.test(`${file} is kept as ${type}`, async () => {
    const person = await world.newPerson();
    const bytes = await fixture(file);
    const id = await smuggle(person, [bucket, type], text(bytes));

    const response = await complete(place, await tokenOf(person), id);

    const { state, object } = await response.json();
    strictEqual(state, "verified");
    const { data } = await person.client.storage.from(object.bucket)
      .download(object.path);
    deepStrictEqual(new Uint8Array(await data?.arrayBuffer() ?? []), bytes);
  });
}

Deno.test("a photo of as many bytes as one may have is kept", async () => {
  const person = await world.newPerson();
  const photo = largePng(10 * 2 ** 20);
  const id = await smuggle(person, ["photos", "image/png"], text(photo));

  const response = await complete(place, await tokenOf(person), id);

  strictEqual((await response.json()).state, "verified");
});

Deno.test("the path of a document is the server's own", async () => {
  const person = await world.newPerson();
  const at = ["documents", "text/plain"] as const;
  const id = await smuggle(person, at, text("hello"));

  const response = await complete(place, await tokenOf(person), id);

  const { object } = await response.json();
  const [yyyy, mm] = new Date().toISOString().split("-");
  strictEqual(object.path, `${person.id}/${yyyy}/${mm}/${id}.txt`);
});

Deno.test("a rejection is known for a day, and then forgotten", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const id = await smuggle(person, ["photos", "image/png"], text(PAGE));
  await complete(place, token, id);
  const authorization = `Bearer ${token}`;
  const show = () => place.call(`/${id}`, { headers: { authorization } });
  const sweep = async () => {
    const headers = {
      "apikey": world.stack.keys.secret,
      "content-type": "application/json",
    };
    const run = { method: "POST", body: "{}", headers };
    await (await behindGateway(world, "sweep").call("", run)).text();
  };

  await sweep();
  const { state, reason, detail } = await (await show()).json();
  strictEqual(state, "rejected");
  strictEqual(reason, "type_mismatch");
  ok(detail.startsWith("Cannot keep the file"));

  await world.rows(
    `update portico.uploads set judged_at = now() - interval '1 day'
     where id = $1`,
    [id],
  );
  await sweep();
  strictEqual((await show()).status, 404);
});

Deno.test("U15 completed again, a file is the same, and a violator as well", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(place, token);
  const bad = await smuggle(person, ["photos", "image/png"], text(PAGE));

  for (let time = 0; time < 3; time++) {
    strictEqual((await complete(place, token, id)).status, 200);
    const response = await complete(place, token, bad);
    await assertProblem(response, { status: 422, title: "Upload rejected" });
  }

  deepStrictEqual(await leftOf(person), {
    at: ["photos"],
    used: { bytes: PIXEL.length, objects: 1 },
  });
});

Deno.test("U15 completed by twenty at once, a file is looked at once", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(place, token);
  await using here = counting(world, ["signed-upload", signedUpload]);

  const answers = await Promise.all([
    ...Array.from({ length: 20 }, () => complete(here, token, id)),
    settle(here),
  ]);

  const reads = here.calls.filter((it) => it.startsWith("GET"));
  strictEqual(reads.length, 1);

  deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  deepStrictEqual(await leftOf(person), {
    at: ["photos"],
    used: { bytes: PIXEL.length, objects: 1 },
  });
});

Deno.test("U15 complete says of another's upload what it says of none", async () => {
  const owner = await world.newPerson();
  const other = await tokenOf(await world.newPerson());
  const { id } = await arrive(place, await tokenOf(owner));

  const foreign = await complete(place, other, id);
  const absent = await complete(place, other, crypto.randomUUID());

  const [{ instance: _one, ...one }, { instance: _two, ...two }] = [
    await foreign.json(),
    await absent.json(),
  ];
  strictEqual(foreign.status, 404);
  deepStrictEqual(one, two);
  deepStrictEqual(await leftOf(owner), {
    at: ["portico-inbox"],
    used: { bytes: PIXEL.length, objects: 1 },
  });
});

Deno.test("U15 complete refuses what is no id", async () => {
  const token = await tokenOf(await world.newPerson());

  for (const id of ["", "x", "' or true --"]) {
    const response = await complete(place, token, id);
    await assertProblem(response, { status: 422, title: "Invalid input" });
  }
});

Deno.test("U16 what was put there past Storage is verified no more", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const path = await upload(place, token, "swapped.png");
  const [row] = await world.rows<{ id: string }>(
    "select id from portico.uploads where path = $1",
    [path],
  );
  // Nobody can but who turns the guard off.
  await world.stack.database.asOwner((sql) =>
    sql.run(`alter table storage.objects disable trigger portico_guard_object;
      update storage.objects set version = 'swapped' where name = '${path}';
      alter table storage.objects enable trigger portico_guard_object`)
  );

  const response = await complete(place, token, row?.id ?? "");

  await assertProblem(response, { status: 409, title: "Object changed" });
});

Deno.test("nobody reads in the inbox, not even who has sent it", async () => {
  const person = await world.newPerson();
  const { standard } = await arrive(place, await tokenOf(person));
  ok(standard);
  const inbox = person.client.storage.from(standard.bucket);

  ok((await inbox.download(standard.path)).error);
  ok((await inbox.createSignedUrl(standard.path, 60)).error);
  deepStrictEqual((await inbox.list(person.id)).data, []);
  deepStrictEqual((await inbox.remove([standard.path])).data, []);
});

Deno.test("who has sent it reads in the inbox where the bucket shows that", async () => {
  const person = await world.newPerson();
  const other = await world.newPerson();
  const { standard } = await arrive(place, await tokenOf(person));
  ok(standard);
  const shows = (it: boolean) =>
    world.rows(
      `update portico.guarded_buckets set shows_unverified = $1
       where bucket = 'photos'`,
      [it],
    );
  await shows(true);

  const own = await person.client.storage.from(standard.bucket)
    .download(standard.path);
  const foreign = await other.client.storage.from(standard.bucket)
    .download(standard.path);
  await shows(false);

  deepStrictEqual(new Uint8Array(await own.data?.arrayBuffer() ?? []), PIXEL);
  ok(foreign.error);
});
