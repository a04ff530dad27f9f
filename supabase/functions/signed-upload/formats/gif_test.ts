import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { gif } from "./gif.ts";
import { join } from "./testing/fixtures.ts";

/** Width and height, the least significant byte first. */
function screen(size: string, flags = "\0"): string {
  return `GIF89a${size}${flags}\0\0`;
}

function image(size: string, flags = "\0", codes = "\x02\x01x\0"): string {
  return `\x2c\0\0\0\0${size}${flags}${codes}`;
}

const TWO_BY_THREE = "\x02\0\x03\0";
const LARGEST = "\xff\xff\xff\xff";

const PIXELS: [why: string, file: Uint8Array, pixels: number][] = [
  ["one frame", join(screen(TWO_BY_THREE), image(TWO_BY_THREE), ";"), 6],
  [
    "frames smaller than the screen",
    join(screen(TWO_BY_THREE), image("\x01\0\x01\0").repeat(5), ";"),
    30,
  ],
  [
    "a frame larger than the screen",
    join(screen(TWO_BY_THREE), image(LARGEST), ";"),
    65535 ** 2,
  ],
  [
    "a screen larger than the frames",
    join(screen(LARGEST), image(TWO_BY_THREE).repeat(2), ";"),
    2 * 65535 ** 2,
  ],
  [
    "one frame with colour tables",
    join(
      screen(TWO_BY_THREE, "\x80"),
      ";".repeat(6),
      image(TWO_BY_THREE, "\x87", ";".repeat(768) + "\x02\x01x\0"),
      ";",
    ),
    6,
  ],
  [
    "one frame, and trailers inside of blocks",
    join(
      screen(TWO_BY_THREE),
      "\x21\xfe\x03;;;\0",
      image(TWO_BY_THREE, "\0", "\x02\x02;;\x01;\0"),
      ";",
    ),
    6,
  ],
  [
    "one frame over many blocks",
    join(
      screen(TWO_BY_THREE),
      image(
        TWO_BY_THREE,
        "\0",
        `\x02${`\xff${";".repeat(255)}`.repeat(600)}\0`,
      ),
      ";",
    ),
    6,
  ],
];

for (const [why, file, pixels] of PIXELS) {
  Deno.test(`gif() counts ${why}`, async () => {
    deepStrictEqual(await gif(memory(file)), { end: file.length, pixels });
  });
}

const REFUSED: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["a script that begins like one", join("GIF89a=1;/*", "*/alert(1)//;")],
  [
    "another version",
    join("GIF88a", TWO_BY_THREE, "\0\0\0", image(TWO_BY_THREE), ";"),
  ],
  ["no width", join(screen("\0\0\x03\0"), image(TWO_BY_THREE), ";")],
  ["no height", join(screen("\x02\0\0\0"), image(TWO_BY_THREE), ";")],
  ["no image", join(screen(TWO_BY_THREE), ";")],
  [
    "an image without width",
    join(screen(TWO_BY_THREE), image("\0\0\x03\0"), ";"),
  ],
  ["what is no block", join(screen(TWO_BY_THREE), image(TWO_BY_THREE), "\0;")],
  ["no trailer", join(screen(TWO_BY_THREE), image(TWO_BY_THREE))],
  [
    "blocks without an end",
    join(screen(TWO_BY_THREE), image(TWO_BY_THREE, "\0", "\x02\x01;")),
  ],
  [
    "a colour table that is cut short",
    join(screen(TWO_BY_THREE, "\x87"), image(TWO_BY_THREE), ";"),
  ],
];

for (const [why, file] of REFUSED) {
  Deno.test(`gif() refuses ${why}`, async () => {
    strictEqual(await gif(memory(file)), undefined);
  });
}
