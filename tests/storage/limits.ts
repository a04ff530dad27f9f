/**
 * How much, and which types, a bucket takes.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { MAX_BYTES, PNG, refusalOf, text, world } from "./world.ts";

const LIMIT = 100 * 1024;

const SIZES: [why: string, body: () => BodyInit, type: string][] = [
  ["a form", () => formOf(bytes(LIMIT + 1)), ""],
  ["bytes", () => bytes(LIMIT + 1), "text/plain"],
  [
    "a stream of unknown length",
    () => streamOf(bytes(LIMIT + 1)),
    "text/plain",
  ],
];

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index * 7 % 251);
}

function formOf(content: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.append("file", new Blob([content]));
  return form;
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return ReadableStream.from([content.slice(0, 1000), content.slice(1000)]);
}

for (const [why, body, type] of SIZES) {
  Deno.test(`POST /object refuses one byte too many in ${why}`, async () => {
    const bucket = `limit-${why.replaceAll(" ", "-")}`;
    await world.makeBucket(bucket, { public: false, fileSizeLimit: LIMIT });
    const before = await world.files();

    const response = await world.request(`/object/${bucket}/a.bin`, {
      method: "POST",
      headers: world.asService(type === "" ? {} : { "content-type": type }),
      body: body(),
    });

    deepEqual(await refusalOf(response), {
      status: 400,
      statusCode: "413",
      error: "Payload too large",
      message: "The object exceeded the maximum allowed size",
      code: "EntityTooLarge",
    });
    deepEqual(await world.objectsIn(bucket), []);
    deepEqual(await world.files(), before);
  });
}

Deno.test("upload() takes a form with a file of exactly the limit", async () => {
  await world.makeBucket("exact", { public: false, fileSizeLimit: LIMIT });

  const { error } = await world.service().storage.from("exact")
    .upload("a.bin", new Blob([bytes(LIMIT)]));

  equal(error, null);
  equal((await world.objectsIn("exact"))[0]?.metadata["size"], LIMIT);
});

Deno.test("upload() obeys the limit of the stack in a bucket without one", async () => {
  await world.makeBucket("no-limit");

  const { error } = await world.service().storage.from("no-limit")
    .upload("a.bin", new Blob([bytes(MAX_BYTES + 1)]));

  equal(error?.message, "The object exceeded the maximum allowed size");
  deepEqual(await world.objectsIn("no-limit"), []);
});

Deno.test("POST /object stores nothing of a body shorter than it claims", async () => {
  await world.makeBucket("liar");
  const before = await world.files();
  const { port } = new URL(world.url);
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const lines = [
    "POST /storage/v1/object/liar/a.txt HTTP/1.1",
    "host: localhost",
    `apikey: ${world.keys.secret}`,
    "content-type: text/plain",
    "content-length: 1000",
    "",
    "only this",
  ];

  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  await conn.closeWrite();
  await new Response(conn.readable).text();

  // The connection may close before the request has been given up.
  await Promise.allSettled(world.arrivals);
  deepEqual(await world.objectsIn("liar"), []);
  deepEqual(await world.files(), before);
});

const TYPES: [type: string, allowed: string[], fits: boolean][] = [
  ["image/png", ["image/png"], true],
  ["image/png", ["image/*"], true],
  ["IMAGE/PNG; a=b", ["image/*"], true],
  ["image/png", ["*/*"], true],
  ["image/png", [], true],
  ["text/html", ["image/*"], false],
  ["imagery/png", ["image/*"], false],
  ["image/png/extra", ["image/*"], false],
  ["image/png, text/html", ["image/*"], false],
  ["image", ["image/*"], false],
];

for (const [index, [type, allowed, fits]] of TYPES.entries()) {
  const verb = fits ? "takes" : "refuses";
  Deno.test(`POST /object ${verb} ${type} where [${allowed}] is allowed`, async () => {
    const bucket = `mime-${index}`;
    await world.makeBucket(bucket, {
      public: false,
      allowedMimeTypes: allowed,
    });
    const before = await world.files();

    const response = await world.request(`/object/${bucket}/a`, {
      method: "POST",
      headers: world.asService({ "content-type": type }),
      body: PNG,
    });

    if (fits) {
      equal(response.status, 200);
      await response.body?.cancel();
      return;
    }
    const refusal = await refusalOf(response);
    equal(refusal.code, "InvalidMimeType");
    equal(refusal.statusCode, "415");
    deepEqual(await world.objectsIn(bucket), []);
    deepEqual(await world.files(), before);
  });
}

Deno.test("upload() looks at the type of the part, not of the request", async () => {
  await world.makeBucket("part", {
    public: false,
    allowedMimeTypes: ["image/png"],
  });
  const bucket = world.service().storage.from("part");

  const refused = await bucket.upload("a.png", text("no picture"));
  const taken = await bucket.upload(
    "b.png",
    new Blob([PNG], { type: "image/png" }),
  );

  equal(refused.error?.message, "mime type text/plain is not supported");
  equal(taken.error, null);
});
