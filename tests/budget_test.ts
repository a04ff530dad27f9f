/**
 * What each function takes of what the platform gives it: CPU time, memory and
 * the size of a deploy. Against the platform's limits, and against what was
 * recorded in `bench/deployed.json`, so that nothing grows unseen.
 *
 * Those that are nearest to a limit, unless `-- --all` asks for each:
 * `deno task test:budget`.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { functionNames } from "../tools/imports.ts";
import { startRegistry } from "../tools/jsr/registry.ts";
import { HUNGRY } from "./contracts/costly_pictures.ts";
import { bundled } from "./deployed/form.ts";
import { startHosted } from "./deployed/hosted.ts";
import { HOSTED } from "./deployed/hosted_deno.ts";
import {
  FUNCTIONS,
  measure,
  type Measures,
  RECORD,
} from "./deployed/measure.ts";
import { countedBytes, metered } from "./deployed/metered.ts";
import { startWorld } from "./world.ts";

/** In milliseconds. The platform ends a request after 2 s of CPU. */
const CPU_MS = 2_000;

/** A busy machine counts more of it, and a hosted one may be slower. */
const CPU_SHARE = 0.5;

/** In bytes. The platform ends a function that it counts 256 MiB of. */
const MEMORY = 256 * 2 ** 20;

/** Room for a second request at a time, and for what is not foreseen. */
const MEMORY_SHARE = 0.8;

/** In bytes: 150 MB for one picture, in an instance that has made no other. */
const PICTURE_MEMORY = 150_000_000;

/** In bytes. The platform takes 5 MB, in a unit that it does not name. */
const BROTLI = 4_500_000;

/** With static-en, or all codecs, for the CLI's own bundling: it takes 20 MB. */
const BROTLI_OF_CODECS = 6_000_000;

/** What grows by more than this is to be looked at, and recorded anew. */
const GROWTH = 1.5;

const record: Readonly<Record<string, Measures>> = JSON.parse(
  await Deno.readTextFile(RECORD),
);
const names = await functionNames(FUNCTIONS);
const registry = await startRegistry();
Deno.test.afterAll(async () => {
  await registry[Symbol.asyncDispose]();
});

Deno.test("every function is recorded, by deno task bench deployed", () => {
  deepStrictEqual(Object.keys(record).sort(), names);
});

/** Of memory and CPU, of what is shared, and of size. */
const NEAREST = ["image-proxy", "signed-upload", "vector-index"];

for (const name of Deno.args.includes("--all") ? names : NEAREST) {
  let measured: Promise<Measures> | undefined;

  const test = (fact: string, fn: (now: Measures) => void) =>
    Deno.test({
      name: `${name} ${fact}`,
      ignore: Deno.build.os !== "linux", // reads /proc
      fn: async () => fn(await (measured ??= measure(name, registry))),
    });

  test("takes half of its CPU at most, for its first and costliest requests", ({ coldMs, requestMs }) => {
    ok(coldMs > 0);
    for (const [what, ms] of Object.entries({ first: coldMs, ...requestMs })) {
      ok(ms <= CPU_MS * CPU_SHARE, `${what}: ${ms} ms`);
    }
  });

  test(`has room in its memory under Deno ${HOSTED}`, (now) => {
    ok(now.countedBytes > 0);
    ok(now.countedBytes <= MEMORY * MEMORY_SHARE, `${now.countedBytes} bytes`);
    atMost(now.countedBytes, record[name]?.countedBytes);
    atMost(now.peakBytes, record[name]?.peakBytes);
  });

  test("is small enough to deploy, and has not grown by half", ({ raw, brotli }) => {
    const most = /^vector-|^image-/.test(name) ? BROTLI_OF_CODECS : BROTLI;
    ok(brotli <= most, `${brotli} bytes`);
    atMost(brotli, record[name]?.brotli);
    atMost(raw, record[name]?.raw);
  });
}

Deno.test("image-proxy makes no picture that takes more than 150 MB", async (t) => {
  const name = "image-proxy";
  await using world = await startWorld();
  await using form = await bundled({ name, functions: FUNCTIONS, registry });
  for (const costly of HUNGRY) {
    await t.step(costly.name, async () => {
      const program = { name, form: metered(form), world, registry };
      await using hosted = await startHosted(program);
      const request = await costly.prepare(hosted);

      const response = await request();
      await response.body?.cancel();

      strictEqual(response.status, 200);
      const bytes = await countedBytes(hosted);
      ok(bytes <= PICTURE_MEMORY, `${bytes} bytes`);
    });
  }
});

function atMost(bytes: number, before = 0): void {
  ok(
    bytes <= before * GROWTH,
    `${bytes} bytes were ${before}: deno task bench deployed records it`,
  );
}
