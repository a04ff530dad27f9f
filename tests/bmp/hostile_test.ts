/**
 * BMP that is made to harm.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bmpHeader } from "../../supabase/functions/image-proxy/bmp/header.ts";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
import { breaks } from "../../supabase/functions/image-proxy/cost.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import { type Claim, fileOf, headerOf } from "./bitmaps.ts";
import { KINDS } from "./kinds.ts";
import { endOf } from "../images/seen.ts";

function bmp(claim: Claim, data = Buffer.alloc(64)): Uint8Array {
  return fileOf(headerOf(claim), new Uint8Array(), data);
}

const MOST = 2 ** 31 - 1;

const LARGE: [why: string, claim: Claim][] = [
  ["2^31 - 1 rows", { bits: 24, height: MOST }],
  ["2^31 rows from the top", { bits: 24, height: -MOST - 1 }],
  ["2^31 - 1 each way", { bits: 1, width: MOST, height: MOST }],
  [
    "2^31 - 1 each way in runs",
    { bits: 8, compression: 1, width: MOST, height: MOST },
  ],
  ["65,535 each way of OS/2", {
    header: 12,
    bits: 8,
    width: 65_535,
    height: 65_535,
  }],
];

for (const [why, claim] of LARGE) {
  Deno.test(`I7 BMP of ${why} is refused by its header`, () => {
    const header = readHeader(bmp(claim));

    ok(typeof header === "object");
    strictEqual(breaks(header)?.what, "pixels");
  });
}

Deno.test("I7 BMP of 49 MP in 100 bytes is not begun", async () => {
  const file = bmp({ bits: 24, width: 7_000, height: 7_000 });

  strictEqual(await bmpSource(file), "unreadable");
});

const BROKEN: [why: string, file: Uint8Array, expected: string][] = [
  ["no width", bmp({ bits: 24, width: 0 }), "corrupt"],
  ["a negative width", bmp({ bits: 24, width: -4 }), "corrupt"],
  ["no height", bmp({ bits: 24, height: 0 }), "corrupt"],
  ["3 bits", bmp({ bits: 3 }), "corrupt"],
  ["0 bits", bmp({ bits: 0 }), "corrupt"],
  ["runs of 24 bits", bmp({ bits: 24, compression: 1 }), "corrupt"],
  [
    "runs from the top",
    bmp({ bits: 8, compression: 1, height: -7 }),
    "corrupt",
  ],
  ["fields of 8 bits", bmp({ bits: 8, compression: 3 }), "corrupt"],
  [
    "a JPEG in it",
    bmp({ bits: 0, compression: 4 }),
    "unsupported: A BMP of this compression is not read",
  ],
  [
    "codes of OS/2",
    bmp({ header: 64, bits: 1, compression: 3 }),
    "unsupported: A BMP of this compression is not read",
  ],
  ["pixels in its header", pixelsAt(20), "corrupt"],
  ["text", Buffer.from("BMX is a sport of bicycles"), "unknown"],
];

function pixelsAt(at: number): Uint8Array {
  const file = Buffer.from(bmp({ bits: 24 }));
  file.writeUInt32LE(at, 10);
  return file;
}

for (const [why, file, expected] of BROKEN) {
  Deno.test(`I10 BMP of ${why} is refused by its header`, () => {
    strictEqual(readHeader(file), expected);
  });
}

Deno.test("I10 BMP: pixels that are spelt out and not there are none", async () => {
  const claim = { width: 4, height: 1, bits: 8, compression: 1, colours: 1 };
  const file = fileOf(
    headerOf(claim),
    Buffer.alloc(4),
    Uint8Array.of(0, 4, 0, 0),
  );

  strictEqual(await endOf(await bmpSource(file)), "truncated");
});

Deno.test("I10 BMP of masks with holes is refused", async () => {
  const masks = [0xf0f000, 0xff00, 0xff];
  const file = bmp({ bits: 32, compression: 3, masks }, Buffer.alloc(999));

  strictEqual(await bmpSource(file), "unsupported");
});

Deno.test("I10 BMP: a palette of 2^32 - 1 colours is what there is of it", async () => {
  const colours = 2 ** 32 - 1;
  const file = bmp({ bits: 8, colours }, Buffer.alloc(999));

  strictEqual(await endOf(await bmpSource(file)), "picture");
});

Deno.test("I10 BMP: a profile that is not there is none", async () => {
  const header = headerOf({ header: 124, bits: 24 });
  header.write("DEBM", 56, "latin1");
  header.writeUInt32LE(2 ** 32 - 1, 112);
  header.writeUInt32LE(2 ** 32 - 1, 116);
  const file = fileOf(header, new Uint8Array(), Buffer.alloc(999));

  strictEqual(await endOf(await bmpSource(file)), "picture");
});

for (const { name, file } of KINDS) {
  Deno.test(`I10 BMP of ${name}, cut anywhere, is refused`, async () => {
    const whole = bmpHeader(file);
    ok(typeof whole === "object");
    // A row is filled up, and runs have an end that nobody needs.
    for (let length = 0; length < file.length - 4; length++) {
      const cut = file.subarray(0, length);
      const header = bmpHeader(cut);
      if (typeof header === "string") strictEqual(header, "truncated");
      else deepStrictEqual(header.size, whole.size);
      const end = await endOf(await bmpSource(cut));
      ok(/^(unreadable|truncated)$/.test(end), `${length}: ${end}`);
    }
  });
}
