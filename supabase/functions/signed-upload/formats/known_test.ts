import {
  deepStrictEqual,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import type { Format } from "./format.ts";
import { formatOf } from "./known.ts";
import { text } from "./text.ts";
import { fixture, FIXTURES, join } from "./testing/fixtures.ts";

const walked: [name: string, format: Format, pixels: number][] = [];
for (const [name, type, pixels] of FIXTURES) {
  const format = formatOf(type);
  if (format !== undefined) walked.push([name, format, pixels]);
}

/** Text has no end of its own: whatever is text may follow. */
const bounded = walked.filter(([, format]) => format !== text);

/** Where these could have ended as well. */
const SHORTER: Readonly<Record<string, (length: number) => boolean>> = {
  // Of the second picture, only the first says anything.
  "multi_picture.jpg": (length) => length === 808,
  // Behind each box, since there is no last fragment.
  "fragmented.mp4": (length) => length >= 769,
  // Without its last line feed, and before it was updated.
  "written.pdf": (length) => length === 2386,
  "streams.pdf": (length) => length === 2107,
  "updated.pdf": (length) => [2386, 2387, 6394].includes(length),
};

async function endOf(format: Format, bytes: Uint8Array) {
  return (await format(memory(bytes)))?.end;
}

for (const [name, format, pixels] of walked) {
  Deno.test(`${format.name}() takes ${name} to its end`, async () => {
    const bytes = fixture(name);

    const extent = await format(memory(bytes));

    deepStrictEqual(extent, { end: bytes.length, pixels });
  });
}

for (const [name, format] of bounded) {
  Deno.test(`${format.name}() refuses every shorter ${name}`, async () => {
    const bytes = fixture(name);
    const taken: number[] = [];

    for (let length = 0; length < bytes.length; length++) {
      const end = await endOf(format, bytes.subarray(0, length));
      if (end === length && !SHORTER[name]?.(length)) taken.push(length);
    }

    deepStrictEqual(taken, []);
  });

  Deno.test(`${format.name}() sees what is behind ${name}`, async () => {
    const bytes = fixture(name);
    const page = "<!doctype html><script>alert(1)</script>";
    const payloads = ["x", "\0\0\0\0x", page, fixture("files.zip"), bytes];
    // Among these are the end mark of each format, and its last parts.
    const forged = [0, 1, 2, 12, 22, 42, 64, 200].map((length) =>
      bytes.subarray(bytes.length - length, length === 0 ? 0 : bytes.length)
    );

    for (const payload of payloads) {
      for (const mark of forged) {
        const polyglot = join(bytes, payload, mark);
        const end = await endOf(format, polyglot);
        notStrictEqual(end, polyglot.length);
      }
    }
  });

  Deno.test(`${format.name}() sees what is before ${name}`, async () => {
    const bytes = fixture(name);

    for (const prefix of ["x", "\0", "<!--", "\n", fixture("files.zip")]) {
      const end = await endOf(format, join(prefix, bytes));
      strictEqual(end, undefined);
    }
  });
}

const UNKNOWN = [
  "application/octet-stream",
  "model/gltf-binary",
  "audio/mpeg",
  "toString",
  "",
];

for (const type of UNKNOWN) {
  Deno.test(`formatOf() knows no way through "${type}"`, () => {
    strictEqual(formatOf(type), undefined);
  });
}
