/**
 * Our inflate beside zlib's deflate.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { constants, deflateSync } from "node:zlib";
import { Failed } from "../../supabase/functions/image-proxy/engine/failure.ts";
import { Inflate } from "../../supabase/functions/image-proxy/tiff/inflate.ts";
import { dice } from "../index/random.ts";

/** In steps of a length that divides nothing. */
function inflated(packed: Uint8Array, length: number, step = 997): Uint8Array {
  const inflate = new Inflate();
  inflate.begin(packed);
  const all = new Uint8Array(length);
  for (let at = 0; at < length; at += step) {
    inflate.read(all.subarray(at, at + step));
  }
  return all;
}

const { below } = dice(3);
const LENGTH = 300_000;
const bytes = (of: (at: number) => number) =>
  Uint8Array.from({ length: LENGTH }, (_, at) => of(at));

const SOURCES: Readonly<Record<string, Uint8Array>> = {
  noise: bytes(() => below(256)),
  "one byte": bytes(() => 7),
  "few bytes": bytes(() => below(5)),
  "what is rare": bytes(() => 256 >> below(30)),
  "steps": bytes((at) => at >> 9),
  "what comes again from far": bytes((at) => at * at % 32_749),
};

const {
  Z_DEFAULT_STRATEGY,
  Z_FILTERED,
  Z_FIXED,
  Z_HUFFMAN_ONLY,
  Z_RLE,
} = constants;

for (const [name, source] of Object.entries(SOURCES)) {
  Deno.test(`Inflate makes ${name} again, however it was packed`, () => {
    for (const level of [0, 1, 6, 9]) {
      const packed = deflateSync(source, { level });
      ok(Buffer.from(source).equals(inflated(packed, LENGTH)), `${level}`);
    }
    const strategies = [
      ...[Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE],
    ];
    for (const strategy of strategies) {
      const packed = deflateSync(source, { strategy });
      ok(Buffer.from(source).equals(inflated(packed, LENGTH)), `${strategy}`);
    }
  });
}

Deno.test("Inflate begins anew", () => {
  const inflate = new Inflate();
  for (const value of [1, 2]) {
    const into = new Uint8Array(10);
    inflate.begin(deflateSync(new Uint8Array(50_000).fill(value)));
    inflate.read(into);

    deepStrictEqual([...into], Array.from({ length: 10 }, () => value));
  }
});

const packed = deflateSync(SOURCES["few bytes"] ?? new Uint8Array());

Deno.test("I10 Inflate of what is cut anywhere fails", () => {
  for (let part = 0; part < 50; part++) {
    const cut = packed.subarray(0, Math.floor(packed.length * part / 50));
    throws(() => inflated(cut, LENGTH), Failed);
  }
});

Deno.test("I9 Inflate makes no more than it is asked for", () => {
  const bomb = deflateSync(new Uint8Array(200_000_000));
  const { rss } = Deno.memoryUsage();

  deepStrictEqual(inflated(bomb, 1_000), new Uint8Array(1_000));
  ok(Deno.memoryUsage().rss - rss < 4e6);
});

Deno.test("I10 Inflate refuses to make more than there is", () => {
  throws(() => inflated(packed, LENGTH + 1), Failed);
});

Deno.test("I10 Inflate refuses to repeat what is before the beginning", () => {
  // By the codes that all streams have: a length of 3, and a distance of 1.
  const stream = Uint8Array.of(0x78, 0x9c, 0x03, 0x02, 0, 0, 0, 0);

  throws(
    () => inflated(stream, 3),
    (error) => error instanceof Failed && error.failure === "corrupt",
  );
});
