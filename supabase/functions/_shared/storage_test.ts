import { rejects, strictEqual } from "node:assert/strict";
import { asCaller } from "./clients.ts";
import { type SignedUpload, type Storage, supabaseStorage } from "./storage.ts";
import { goneUpstream, startUpstream } from "./testing/upstream.ts";

/** As Storage words a refusal: 400 over HTTP, and what it means in the body. */
function refusal(statusCode: string, message: string): Response {
  const body = { statusCode, error: message, message };
  return Response.json(body, { status: 400 });
}

function sign(storage: Storage): Promise<SignedUpload> {
  const place = { bucket: "photos", path: "a/b.png" };
  return storage.signUpload(place, { upsert: false });
}

const ANSWERS: [title: string, why: string, answer: () => Response][] = [
  [
    "Upload not allowed",
    "a policy refuses",
    () => refusal("403", "new row violates row-level security policy"),
  ],
  [
    "Object already exists",
    "the object is there",
    () => refusal("409", "The resource already exists"),
  ],
  [
    "Storage unavailable",
    "it is down",
    () => new Response("", { status: 503 }),
  ],
  ["Storage unavailable", "it fails", () => refusal("500", "db error")],
  [
    "Storage unavailable",
    "something else answers",
    () => new Response("<html>", { status: 502 }),
  ],
];

for (const [title, why, answer] of ANSWERS) {
  Deno.test(`signUpload() says "${title}" when ${why}`, async () => {
    await using upstream = startUpstream(answer);
    const storage = supabaseStorage(asCaller(upstream.scope));

    await rejects(sign(storage), { title });
  });
}

Deno.test('signUpload() says "Storage unavailable" when nobody listens', async () => {
  const storage = supabaseStorage(asCaller(await goneUpstream()));

  const title = "Storage unavailable";
  await rejects(sign(storage), { title });
});

Deno.test("signUpload() takes a success that is none for a failure", async () => {
  for (const body of ["{}", "[]", '{"url":"/x"}', '{"url":"/x?token=a.b.c"}']) {
    const headers = { "content-type": "application/json" };
    await using upstream = startUpstream(() => new Response(body, { headers }));
    const storage = supabaseStorage(asCaller(upstream.scope));

    const title = "Storage unavailable";
    await rejects(sign(storage), { title });
  }
});

Deno.test("signUpload() sends the caller's token, and the path as it stands", async () => {
  const seen: string[] = [];
  await using upstream = startUpstream((request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname, request.headers.get("authorization") ?? "");
    const payload = btoa(JSON.stringify({ exp: 2_000_000_000 }));
    return Response.json({ url: `/x?token=a.${payload}.c` });
  });
  const storage = supabaseStorage(asCaller(upstream.scope));

  const { expiresAt } = await sign(storage);

  strictEqual(seen[0], "/storage/v1/object/upload/sign/photos/a/b.png");
  strictEqual(seen[1], "Bearer token");
  strictEqual(expiresAt.getTime(), 2_000_000_000_000);
});
