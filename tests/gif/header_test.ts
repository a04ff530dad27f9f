import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readGif } from "../../supabase/functions/image-proxy/gif/blocks.ts";
import { gifHeader } from "../../supabase/functions/image-proxy/gif/header.ts";
import { MOST_FRAMES } from "../../supabase/functions/image-proxy/header/header.ts";
import { sharp } from "../engine/oracle.ts";
import { extension, frame, looping, start, TRAILER } from "./blocks.ts";
import { filmed, odd, unended } from "./gallery.ts";

const dot = { width: 1, height: 1, indices: [1], bits: 2 };
const one = start(1, 1, ["ff0000", "00ff00"]);

function fileOf(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat([one, ...parts, TRAILER]);
}

/** What the file says, if it is one. */
function read(file: Uint8Array) {
  const gif = readGif(file, MOST_FRAMES);
  if (typeof gif === "string") throw new Error(gif);
  return gif;
}

const PLAYS: [why: string, parts: Uint8Array[], plays: number][] = [
  ["nothing", [], 1],
  ["for ever", [looping(0)], 0],
  ["once more", [looping(1)], 2],
  ["65,535 times more", [looping(65_535)], 65_536],
  ["for ever, of an imitator", [looping(0, "ANIMEXTS1.0")], 0],
  ["what nobody knows", [looping(0, "NETSCAPE9.9")], 1],
  ["no number", [extension(0xff, Buffer.from("NETSCAPE2.0"))], 1],
  [
    "half a number",
    [extension(0xff, Buffer.from("NETSCAPE2.0"), Buffer.of(1, 1))],
    1,
  ],
];

for (const [why, parts, plays] of PLAYS) {
  Deno.test(`readGif() reads how often: ${why}`, () => {
    strictEqual(read(fileOf(...parts, frame(dot))).plays, plays);
  });
}

Deno.test("readGif() reads what is said of a frame, and of no other", () => {
  const first = { ...dot, hundredths: 513, disposal: 3, transparent: 1 };
  const bare = frame(dot).subarray(8);
  const text = extension(1, new Uint8Array(12));
  const { frames } = read(
    fileOf(frame(first), bare, frame({ ...dot, disposal: 7 }), text),
  );

  deepStrictEqual(
    frames.map(({ hundredths, disposal, transparent }) => [
      ...[hundredths, disposal, transparent],
    ]),
    [[513, "previous", 1], [0, "keep", undefined], [0, "keep", undefined]],
  );
});

Deno.test("readGif() reads the delays and plays that sharp writes", async () => {
  const delay = [100, 250, 40];
  const file = await filmed(3, [["gif", { delay, loop: 4 }]]);
  const [said] = await sharp([{ input: file, calls: [["metadata"]] }]);
  const told = JSON.parse(Buffer.from(said ?? []).toString());

  const { frames, plays } = read(file);

  deepStrictEqual(frames.map(({ hundredths }) => 10 * hundredths), told.delay);
  deepStrictEqual(told.delay, delay);
  strictEqual(plays, told.loop);
});

Deno.test("gifHeader() has a screen that the first picture fits on", () => {
  const at = { ...dot, left: 4, top: 2 };

  const first = gifHeader(fileOf(frame(at)));
  const second = gifHeader(fileOf(frame(dot), frame(at)));

  ok(typeof first !== "string" && typeof second !== "string");
  deepStrictEqual(first.size, { width: 5, height: 3 });
  deepStrictEqual(second.size, { width: 1, height: 1 });
});

const CLEAR: [why: string, file: Uint8Array, hasAlpha: boolean][] = [
  ["all of the screen", fileOf(frame(dot)), false],
  ["what is transparent", fileOf(frame({ ...dot, transparent: 0 })), true],
  [
    "a part of it",
    Buffer.concat([start(2, 1, ["0"]), frame({ ...dot, colours: ["0"] })]),
    true,
  ],
  [
    "all of it, and then what is transparent",
    fileOf(frame(dot), frame({ ...dot, transparent: 0 })),
    false,
  ],
];

for (const [why, file, hasAlpha] of CLEAR) {
  Deno.test(`gifHeader() says whether one sees through ${why}`, () => {
    const header = gifHeader(file);
    ok(typeof header !== "string");
    strictEqual(header.hasAlpha, hasAlpha);
  });
}

Deno.test("gifHeader() counts frames where there are several", () => {
  const counts = [1, 2, 1_000, 1_001, 1_500].map((count) => {
    const header = gifHeader(
      fileOf(...Array.from({ length: count }, () => frame(dot))),
    );
    return typeof header === "string" ? header : header.frames;
  });

  deepStrictEqual(counts, [undefined, 2, 1_000, 1_001, 1_001]);
});

for (const { name, file } of odd()) {
  Deno.test(`I10 gifHeader() of ${name}, cut anywhere, says nothing wrong`, () => {
    const whole = gifHeader(file);
    ok(typeof whole !== "string");
    for (let length = 6; length < file.length; length++) {
      const header = gifHeader(file.subarray(0, length));
      if (typeof header === "string") strictEqual(header, "truncated");
      else deepStrictEqual({ ...header, frames: 0 }, { ...whole, frames: 0 });
    }
  });
}

const REFUSED: [why: string, file: Uint8Array, refusal: string][] = [
  ["no frame", fileOf(), "truncated"],
  ["nothing", new Uint8Array(), "unknown"],
  ["no colours", Buffer.concat([start(1, 1), frame(dot)]), "corrupt"],
  ["no width", fileOf(frame({ ...dot, width: 0 })), "corrupt"],
  ["no height", fileOf(frame({ ...dot, height: 0 })), "corrupt"],
  ["codes of 1 bit", fileOf(frame({ ...dot, bits: 1 })), "corrupt"],
  ["codes of 9 bits", fileOf(frame({ ...dot, bits: 9 })), "corrupt"],
  ["a block of no kind", fileOf(Buffer.of(9), frame(dot)), "corrupt"],
  [
    "a control of 3 bytes",
    fileOf(extension(0xf9, new Uint8Array(3)), frame(dot)),
    "corrupt",
  ],
  ["codes without an end", unended().subarray(0, -1), "truncated"],
];

for (const [why, file, refusal] of REFUSED) {
  Deno.test(`I10 gifHeader() refuses ${why}`, () => {
    strictEqual(gifHeader(file), refusal);
  });
}
