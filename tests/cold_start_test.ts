/**
 * What a function loads before its first request. How long that takes is for
 * `deno task bench cold_start`.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { startRegistry } from "../tools/jsr/registry.ts";
import { type Module, modulesOf, type When } from "./deployed/modules.ts";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);

/** In bytes: what is larger than this is data, or somebody else's. */
const MOST = 64 * 1024;

/** What a request may need, and importing a function must not load. */
const LATE = [
  /\/supabase-js\b/,
  /@supabase\//,
  /@sentry\//,
  /wasm\.ts$/,
  /\/unpack\.ts$/,
  /\/avif\/(?:de|en)coder/,
  /\/static_en_table\.ts$/,
];

const registry = await startRegistry();
Deno.test.afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});

function loaded(name: string, when: When) {
  return modulesOf({ name, functions: FUNCTIONS, registry }, when);
}

function lateOf(urls: readonly string[]): string[] {
  return urls.filter((url) => LATE.some((it) => it.test(url)));
}

Deno.test("image-proxy loads no client, no reporter and no codec at once", async () => {
  const now = await loaded("image-proxy", "at once");

  const urls = now.map(({ url }) => url);
  ok(urls.some((it) => it.endsWith("/image-proxy/engine/transform.ts")));
  deepStrictEqual(lateOf(urls), []);
  deepStrictEqual(now.filter(({ size = 0 }) => size > MOST), []);
});

Deno.test("image-proxy has a reporter and a codec when it needs them", async () => {
  const later = await loaded("image-proxy", "ever");

  const late = lateOf(later.map(({ url }) => url));
  for (const name of ["@sentry/deno", "engine/unpack.ts", "engine/wasm.ts"]) {
    ok(late.some((it) => it.includes(name)), `${name}: ${late.join(", ")}`);
  }
  ok(later.some(({ size = 0 }) => size > MOST));
});

Deno.test("a function that loads supabase-js at once is seen to", async () => {
  const now = await loaded("signed-upload", "at once");

  ok(lateOf(now.map(({ url }) => url)).some((it) => it.includes("supabase")));
});

for (const name of ["vector-index", "vector-search"]) {
  Deno.test(`${name} loads the words of static-en when they are needed`, async () => {
    const isTable = ({ url }: Module) =>
      url.endsWith("/embed/static_en_table.ts");

    const now = await loaded(name, "at once");
    const ever = await loaded(name, "ever");

    deepStrictEqual([now.some(isTable), ever.some(isTable)], [false, true]);
    deepStrictEqual(now.filter(isOurs).filter(isLarge), []);
  });
}

function isOurs({ url }: Module): boolean {
  return url.includes("/supabase/functions/");
}

function isLarge({ size = 0 }: Module): boolean {
  return size > MOST;
}
