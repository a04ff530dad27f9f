import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { asService } from "./clients.ts";
import { getAsService } from "./get.ts";
import { type Objects, supabaseObjects } from "./objects.ts";
import { goneUpstream, startUpstream } from "./testing/upstream.ts";
import type { Scope } from "./route.ts";

const PLACE = { bucket: "inbox", path: "u1/a (1).png" };
const STORED = { place: PLACE, size: 10, etag: '"abc"' };
const BYTES = new TextEncoder().encode("0123456789");

function objectsOf(scope: Scope): Objects {
  // As the service: it is what these tests are about.
  return supabaseObjects(asService(scope), getAsService(scope));
}

/** Storage, as it answers a range. */
function part(
  body: Uint8Array<ArrayBuffer> = BYTES,
  { status = 206, ...headers }: { status?: number } & Record<string, unknown> =
    {},
): Response {
  return new Response(body, {
    status,
    headers: {
      "content-range": "bytes 0-9/10",
      "etag": '"abc"',
      ...headers as Record<string, string>,
    },
  });
}

Deno.test("open() reads what is there, as the service", async () => {
  const seen: unknown[] = [];
  await using upstream = startUpstream((request) => {
    const { pathname } = new URL(request.url);
    const { headers } = request;
    seen.push(pathname, headers.get("range"), headers.get("apikey"));
    return part();
  });

  const bytes = objectsOf(upstream.scope).open(STORED);

  deepStrictEqual(await bytes.at(0, 4), BYTES.slice(0, 4));
  deepStrictEqual(await bytes.at(8, 4), BYTES.slice(8));
  deepStrictEqual(seen, [
    "/storage/v1/object/authenticated/inbox/u1/a%20(1).png",
    "bytes=0-9",
    "sb_secret_test",
  ]);
});

const FINE: [why: string, answer: () => Response][] = [
  ["a weak ETag", () => part(BYTES, { etag: 'W/"abc"' })],
  ["an ETag without quotes", () => part(BYTES, { etag: "abc" })],
  ["all of it", () => part(BYTES, { status: 200 })],
];

for (const [why, answer] of FINE) {
  Deno.test(`open() takes ${why}`, async () => {
    await using upstream = startUpstream(answer);

    const bytes = objectsOf(upstream.scope).open(STORED);

    deepStrictEqual(await bytes.at(0, 10), BYTES);
  });
}

const WRONG: [why: string, answer: () => Response][] = [
  ["another ETag", () => part(BYTES, { etag: '"abd"' })],
  ["another size", () => part(BYTES, { "content-range": "bytes 0-9/11" })],
  ["another part", () => part(BYTES, { "content-range": "bytes 1-9/10" })],
  ["fewer bytes", () => part(BYTES.slice(1))],
  ["more bytes", () => part(new Uint8Array(11))],
  ["encoded bytes", () => part(BYTES, { "content-encoding": "br" })],
  ["a refusal", () => part(BYTES, { status: 400 })],
  ["nothing", () => new Response(null, { status: 204 })],
  ["a failure", () => new Response("down", { status: 503 })],
];

for (const [why, answer] of WRONG) {
  Deno.test(`open() does not take ${why}`, async () => {
    await using upstream = startUpstream(answer);

    const bytes = objectsOf(upstream.scope).open(STORED);

    await rejects(bytes.at(0, 10), { title: "Storage unavailable" });
  });
}

Deno.test("open() tells what is gone from what cannot be read", async () => {
  const body = { statusCode: "404", message: "Object not found" };
  await using upstream = startUpstream(() =>
    Response.json(body, { status: 400 })
  );

  const bytes = objectsOf(upstream.scope).open(STORED);

  await rejects(bytes.at(0, 10), { name: "ObjectGone" });
});

Deno.test("open() holds no more than was asked for, whatever comes", async () => {
  let sent = 0;
  await using upstream = startUpstream(() => {
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    const headers = { "content-range": "bytes 0-9/10", etag: "abc" };
    return new Response(endless, { status: 206, headers });
  });

  const bytes = objectsOf(upstream.scope).open(STORED);

  await rejects(bytes.at(0, 10), { title: "Storage unavailable" });
  strictEqual(sent < 16_000_000, true);
});

for (const verb of ["open", "move", "remove"] as const) {
  Deno.test(`${verb}() says "Storage unavailable" when nobody listens`, async () => {
    const objects = objectsOf(await goneUpstream());
    const work = {
      open: () => objects.open(STORED).at(0, 1),
      move: () => objects.move(PLACE, PLACE),
      remove: () => objects.remove(PLACE),
    };

    await rejects(work[verb](), { title: "Storage unavailable" });
  });
}

const MOVES: [
  moved: boolean | "fails",
  why: string,
  statusCode: string,
  message: string,
][] = [
  [false, "is gone", "404", "Object not found"],
  [false, "is another by now", "403", "new row violates row-level security"],
  ["fails", "would take another's place", "409", "The resource already exists"],
  ["fails", "would go nowhere", "404", "Bucket not found"],
];

for (const [moved, why, statusCode, message] of MOVES) {
  Deno.test(`move() ${moved || "is false"} when the object ${why}`, async () => {
    await using upstream = startUpstream(() =>
      Response.json({ statusCode, error: "x", message }, { status: 400 })
    );

    const moving = objectsOf(upstream.scope).move(PLACE, PLACE);

    if (moved === "fails") {
      await rejects(moving, { title: "Storage unavailable" });
    } else strictEqual(await moving, moved);
  });
}
