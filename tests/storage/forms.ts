/**
 * Uploads as forms, cut as the network cuts them.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { refusalOf, text, world } from "./world.ts";

Deno.test("upload() keeps bytes that look like a boundary", async () => {
  await world.makeBucket("boundary");
  const lookalike = "\r\n--\r\n------formdata\r\n\r\n--".repeat(20_000);
  const bucket = world.service().storage.from("boundary");

  await bucket.upload("tricky.txt", text(lookalike));
  const { data } = await bucket.download("tricky.txt");

  equal(await data?.text(), lookalike);
});

Deno.test("POST /object reads a form however it is cut into pieces", async () => {
  await world.makeBucket("pieces");
  const content = "\r\n--X\r\n--XY\r\n-";
  const form = [
    "--XX",
    'content-disposition: form-data; name="cacheControl"',
    "",
    "60",
    "--XX",
    'content-disposition: form-data; name=""; filename="blob"',
    "content-type: text/css",
    "",
    content,
    "--XX--",
    "",
  ].join("\r\n");
  const whole = new TextEncoder().encode(form);
  const body = ReadableStream.from(
    Array.from(whole, (byte) => Uint8Array.of(byte)),
  );

  const uploaded = await world.request("/object/pieces/a.css", {
    method: "POST",
    headers: world.asService({
      "content-type": "multipart/form-data; boundary=XX",
    }),
    body,
  });
  equal(uploaded.status, 200);
  await uploaded.body?.cancel();

  const response = await world.request("/object/pieces/a.css", {
    headers: world.asService(),
  });
  equal(await response.text(), content);
  equal(response.headers.get("content-type"), "text/css");
  equal(response.headers.get("cache-control"), "max-age=60");
});

Deno.test("POST /object refuses a form that ends before its file does", async () => {
  await world.makeBucket("cut-short");
  const before = await world.files();
  const head = '--X\r\ncontent-disposition: form-data; name=""; filename="a"';

  const response = await world.request("/object/cut-short/a.txt", {
    method: "POST",
    headers: world.asService({
      "content-type": "multipart/form-data; boundary=X",
    }),
    body: `${head}\r\n\r\nhalf of`,
  });

  equal((await refusalOf(response)).code, "InvalidRequest");
  deepEqual(await world.objectsIn("cut-short"), []);
  deepEqual(await world.files(), before);
});

const FORMS: [why: string, fields: number, files: number][] = [
  ["no file", 1, 0],
  ["more than ten fields", 12, 1],
];

for (const [why, fields, fileCount] of FORMS) {
  Deno.test(`POST /object refuses a form with ${why}`, async () => {
    const bucket = `form-${fields}`;
    await world.makeBucket(bucket);
    const before = await world.files();
    const form = new FormData();
    for (let n = 0; n < fields; n++) form.append(`field ${n}`, "value");
    for (let n = 0; n < fileCount; n++) form.append("file", text("content"));

    const response = await world.request(`/object/${bucket}/a.txt`, {
      method: "POST",
      headers: world.asService(),
      body: form,
    });

    equal((await refusalOf(response)).message, "No content provided");
    deepEqual(await world.objectsIn(bucket), []);
    deepEqual(await world.files(), before);
  });
}
