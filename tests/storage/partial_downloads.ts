/**
 * Parts and conditions, as far as not every Supabase has them yet.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { refusalOf, text, world } from "./world.ts";

Deno.test("GET /object refuses with 412 what has changed since", async () => {
  await world.makeBucket("changed");
  await world.service().storage.from("changed").upload("a.txt", text("a"));
  const conditions = [
    { "if-match": '"stale"' },
    { "if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT" },
    { "if-match": '"stale"', range: "bytes=0-0" },
  ];
  for (const condition of conditions) {
    const response = await world.request("/object/changed/a.txt", {
      headers: world.asService(condition),
    });

    deepEqual(await refusalOf(response), {
      status: 412,
      statusCode: "412",
      error: "PreconditionFailed",
      message: "PreconditionFailed",
      code: "PreconditionFailed",
    });
  }
});

Deno.test("GET /object says how long the object is that a range misses", async () => {
  await world.makeBucket("short");
  await world.service().storage.from("short").upload("a.txt", text("a"));

  const response = await world.request("/object/short/a.txt", {
    headers: world.asService({ range: "bytes=1-" }),
  });

  equal(response.headers.get("content-range"), "bytes */1");
  deepEqual(await refusalOf(response), {
    status: 416,
    statusCode: "416",
    error: "invalid_range",
    message: "invalid range provided",
    code: "InvalidRange",
  });
});

Deno.test("GET /object sends all where If-Range or the range itself says so", async () => {
  await world.makeBucket("whole");
  await world.service().storage.from("whole").upload("a.txt", text("0123"));
  const wholes: Record<string, string>[] = [
    { range: "bytes=0-1", "if-range": '"stale"' },
    { range: "bytes=0-0,2-3" },
    { range: "pages=1-2" },
  ];
  for (const headers of wholes) {
    const response = await world.request("/object/whole/a.txt", {
      headers: world.asService(headers),
    });

    equal(response.status, 200);
    equal(await response.text(), "0123");
    equal(response.headers.get("content-range"), null);
  }
});

Deno.test("GET /object sends a part of more than one chunk, byte for byte", async () => {
  await world.makeBucket("chunks");
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at * 7 % 251);
  await world.service().storage.from("chunks").upload("a.bin", bytes);

  const response = await world.request("/object/chunks/a.bin", {
    headers: world.asService({ range: "bytes=65530-262150" }),
  });

  deepEqual(await response.bytes(), bytes.slice(65530, 262151));
});

Deno.test("HEAD and conditions read no bytes", async () => {
  await world.makeBucket("unread");
  await world.rows(
    `insert into storage.objects (bucket_id, name, metadata)
     values ('unread', 'a', '{"eTag": "\\"x\\"", "size": 7}')`,
  );

  const head = await world.request("/object/unread/a", {
    method: "HEAD",
    headers: world.asService(),
  });
  const known = await world.request("/object/unread/a", {
    headers: world.asService({ "if-none-match": '"x"' }),
  });

  equal(head.status, 200);
  equal(head.headers.get("content-length"), "7");
  equal(known.status, 304);
});

Deno.test("upload() keeps the content encoding that it is told", async () => {
  await world.makeBucket("encoded");
  const bucket = world.service().storage.from("encoded");
  const stream = new Response("zipped").body
    ?.pipeThrough(new CompressionStream("gzip"));
  const zipped = await new Response(stream).bytes();
  const contentEncoding = "gzip";

  await bucket.upload("raw.txt", zipped, { contentEncoding });
  await bucket.upload("form.txt", new Blob([zipped]), { contentEncoding });
  await bucket.copy("raw.txt", "copy.txt");

  for (const path of ["raw.txt", "form.txt", "copy.txt"]) {
    equal(await (await bucket.download(path)).data?.text(), "zipped", path);
  }
});
