import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { png } from "./png.ts";
import { fixture, join, patch, u32 } from "./testing/fixtures.ts";

const SIGNATURE = "\x89PNG\r\n\x1a\n";

function chunk(type: string, content: Uint8Array | string = ""): Uint8Array {
  return join(u32(content.length), type, content, "\0\0\0\0");
}

function header(width: number, height: number): Uint8Array {
  return chunk("IHDR", join(u32(width), u32(height), "\x08\0\0\0\0"));
}

const END = chunk("IEND");
const DATA = chunk("IDAT", "data");
const CONTROL = chunk("fcTL", "\0".repeat(26));

const PIXELS: [why: string, file: Uint8Array, pixels: number][] = [
  ["one pixel", join(SIGNATURE, header(1, 1), DATA, END), 1],
  [
    "as many as a header can say",
    join(SIGNATURE, header(2 ** 31 - 1, 2 ** 31 - 1), DATA, END),
    (2 ** 31 - 1) ** 2,
  ],
  [
    "the frames that are announced",
    join(
      SIGNATURE,
      header(2, 3),
      chunk("acTL", join(u32(1000), u32(0))),
      DATA,
      END,
    ),
    6000,
  ],
  [
    "the frames that there are, if they are more",
    join(
      SIGNATURE,
      header(2, 3),
      chunk("acTL", join(u32(1), u32(0))),
      CONTROL,
      DATA,
      CONTROL,
      END,
    ),
    12,
  ],
];

for (const [why, file, pixels] of PIXELS) {
  Deno.test(`png() counts ${why}`, async () => {
    deepStrictEqual(await png(memory(file)), { end: file.length, pixels });
  });
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["a signature alone", join(SIGNATURE)],
  ["another signature", patch(fixture("grey.png"), 0, "\x88")],
  ["no width", join(SIGNATURE, header(0, 1), DATA, END)],
  ["no height", join(SIGNATURE, header(1, 0), DATA, END)],
  ["a width of 2^31", join(SIGNATURE, header(2 ** 31, 1), DATA, END)],
  ["a height of 2^32 - 1", join(SIGNATURE, header(1, 2 ** 32 - 1), DATA, END)],
  ["a header of 14 bytes", patch(fixture("grey.png"), 8, u32(14))],
  ["no header", join(SIGNATURE, DATA, DATA, DATA, END)],
  ["two headers", join(SIGNATURE, header(1, 1), header(9, 9), DATA, END)],
  ["no data", join(SIGNATURE, header(1, 1), END)],
  [
    "an end with content",
    join(SIGNATURE, header(1, 1), DATA, chunk("IEND", "x")),
  ],
  [
    "a type that is no letters",
    join(SIGNATURE, header(1, 1), chunk("ID\0T"), END),
  ],
  [
    "a type of high letters",
    join(SIGNATURE, header(1, 1), chunk("ID\xc1T"), END),
  ],
  [
    "frames without a number",
    join(SIGNATURE, header(1, 1), chunk("acTL"), DATA, END),
  ],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1].map((length): [string, Uint8Array] => [
    `a chunk of ${length} bytes`,
    join(SIGNATURE, header(1, 1), u32(length), "IDAT", DATA, END),
  ]),
];

for (const [why, file] of REFUSED) {
  Deno.test(`png() refuses ${why}`, async () => {
    strictEqual(await png(memory(file)), undefined);
  });
}

Deno.test("png() refuses a chunk of 2^31 bytes, though they are there", async () => {
  const front = join(SIGNATURE, header(1, 1), DATA, u32(2 ** 31), "junk");
  const behind = front.length + 2 ** 31 + 4;
  // As if zeros were between.
  const bytes = {
    size: behind + END.length,
    at: (offset: number, length: number) =>
      Promise.resolve(
        offset < behind
          ? join(front, new Uint8Array(100)).subarray(offset, offset + length)
          : END.subarray(offset - behind, offset - behind + length),
      ),
  };

  strictEqual(await png(bytes), undefined);
});
