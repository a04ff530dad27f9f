/**
 * Requests for a part of an object, and for it only if it has changed.
 *
 * @module
 */
import { equal, match, ok } from "node:assert/strict";
import { asService, newBucket, request, text } from "./supabase.ts";

const CONTENT = "0123456789";

async function newPath(): Promise<string> {
  const { name, bucket } = await newBucket();
  await bucket.upload("digits", text(CONTENT, "application/octet-stream"));
  return `/object/authenticated/${name}/digits`;
}

const PARTS: [range: string, body: string, contentRange: string][] = [
  ["bytes=0-0", "0", "bytes 0-0/10"],
  ["bytes=2-5", "2345", "bytes 2-5/10"],
  ["bytes=7-", "789", "bytes 7-9/10"],
  ["bytes=8-99", "89", "bytes 8-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-99", CONTENT, "bytes 0-9/10"],
];

Deno.test("GET /object sends the part that Range names", async () => {
  const path = await newPath();
  for (const [range, body, contentRange] of PARTS) {
    const response = await request(path, { headers: asService({ range }) });

    equal(await response.text(), body, range);
    equal(response.status, 206, range);
    equal(response.headers.get("content-range"), contentRange, range);
    equal(response.headers.get("content-length"), `${body.length}`, range);
  }
});

Deno.test("GET /object refuses a part past the end", async () => {
  const path = await newPath();

  const response = await request(path, {
    headers: asService({ range: "bytes=10-" }),
  });

  equal(response.status, 416);
  ok(!(await response.text()).includes(CONTENT));
});

Deno.test("GET /object weighs the conditions of a request", async () => {
  const path = await newPath();
  const first = await request(path, { headers: asService() });
  equal(await first.text(), CONTENT);
  const etag = first.headers.get("etag") ?? "";
  const then = first.headers.get("last-modified") ?? "";
  const before = new Date(Date.parse(then) - 60_000).toUTCString();

  const CASES: [headers: Record<string, string>, status: number][] = [
    [{ "if-none-match": etag }, 304],
    [{ "if-none-match": '"other"' }, 200],
    [{ "if-modified-since": then }, 304],
    [{ "if-modified-since": before }, 200],
  ];
  for (const [conditions, status] of CASES) {
    const response = await request(path, { headers: asService(conditions) });

    equal(response.status, status, JSON.stringify(conditions));
    equal(await response.text(), status === 200 ? CONTENT : "");
  }
});

Deno.test("HEAD says the size and sends nothing", async () => {
  const path = await newPath();

  const response = await request(path, {
    method: "HEAD",
    headers: asService(),
  });

  equal(response.headers.get("content-length"), "10");
  match(response.headers.get("etag") ?? "", /"/);
  equal(await response.text(), "");
});
