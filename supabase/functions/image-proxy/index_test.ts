import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Scratch } from "../_shared/scratch.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { Flights } from "./flights.ts";
import { Gate, seats } from "./gate.ts";
import imageProxy from "./index.ts";
import type { Studio } from "./request.ts";
import type { Ports } from "./world.ts";

/** A PNG of one pixel, by another program. */
const PIXEL = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9" +
      "awAAAABJRU5ErkJggg==",
  ),
  (char) => char.charCodeAt(0),
);

/** An outside where each has one object of their own, and says who read it. */
function outside() {
  const reads: string[] = [];
  const studio = (viewer: string): Studio => ({
    viewer,
    flights: new Flights(),
    gate: new Gate([new Scratch()], 1),
    elsewhere: new Gate(seats(1), 1),
    engine: { kind: "wasm" },
    delegate: () => {
      throw new Error("Nothing is made elsewhere");
    },
    sources: () => ({
      look: () => Promise.resolve(undefined),
      read({ bucket, path }) {
        reads.push(`${viewer}: ${bucket}/${path}`);
        const about = { etag: "1", lastModified: undefined };
        const source = { ...about, cacheControl: undefined, bytes: PIXEL };
        return Promise.resolve(source);
      },
    }),
  });
  const ports: Ports = {
    everybody: studio("everybody"),
    caller: studio("caller"),
    holder: studio("holder"),
    links: {
      sign: () => Promise.reject(new Error("Nothing is signed here")),
      open: () => Promise.resolve({ options: { width: 9 }, expires: 2e9 }),
    },
    garden: () => {
      throw new Error("Nothing is tended here");
    },
    log() {},
  };
  return { ports, reads };
}

function ask(ports: Ports, path: string, headers: HeadersInit = {}) {
  const { fetch } = imageProxy.within(testConfig("http://127.0.0.1:1"), ports);
  return fetch(new Request(`http://localhost/image-proxy${path}`, { headers }));
}

const token = { authorization: "Bearer a.b.c" };
const ROUTES: [path: string, headers: HeadersInit, read: string][] = [
  ["/public/shop/a/b.png?width=64", {}, "everybody: shop/a/b.png"],
  ["/public/shop/a/b.png?width=64", token, "everybody: shop/a/b.png"],
  ["/authenticated/shop/a/b.png?width=9", token, "caller: shop/a/b.png"],
  ["/sign/shop/a/b.png?token=t", {}, "holder: shop/a/b.png"],
];

for (const [path, headers, read] of ROUTES) {
  Deno.test(`image-proxy reads for ${path} as "${read}"`, async () => {
    const { ports, reads } = outside();

    const response = await ask(ports, path, headers);

    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), "image/png");
    await response.body?.cancel();
    deepStrictEqual(reads, [read]);
  });
}

const STRANGERS: [who: string, headers: HeadersInit][] = [
  ["nobody", {}],
  ["a publishable key", { authorization: "Bearer sb_publishable_a" }],
  ["another scheme", { authorization: "Basic YTpi" }],
];

for (const [who, headers] of STRANGERS) {
  Deno.test(`image-proxy reads nothing private for ${who}`, async () => {
    const { ports, reads } = outside();

    const response = await ask(ports, "/authenticated/shop/a.png", headers);

    await assertProblem(response, { status: 401, title: "Unauthenticated" });
    deepStrictEqual(reads, []);
  });
}
