import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Header } from "./header.ts";
import { readHeader } from "./read.ts";

/** From numbers and texts of one-byte characters. */
function bytes(...parts: (number | string)[]): Uint8Array {
  return Buffer.concat(
    parts.map((it) =>
      typeof it === "string" ? Buffer.from(it, "latin1") : Buffer.of(it)
    ),
  );
}

const SOI = "\xff\xd8";
const APP0 = "\xff\xe0\0\x04ab";
const SOS3 = "\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0";
const SOS1 = "\xff\xda\0\x08\x01\x01\0\0\x3f\0";

/** A frame of three components, 4:2:0 unless they say otherwise. */
function frame(marker: string, size: string, factors = "\x22\x11\x11"): string {
  const [a, b, c] = factors;
  return `\xff${marker}\0\x11\x08${size}\x03\x01${a}\0\x02${b}\x01\x03${c}\x01`;
}

const SIZE = "\x01\x2c\x01\xc2"; // 300 high, 450 wide

const READ: [why: string, file: Uint8Array, header: Header][] = [
  [
    "a JPEG",
    bytes(SOI, APP0, frame("\xc0", SIZE), SOS3, "data"),
    header("jpeg", 450, 300, 1, 0),
  ],
  [
    "a JPEG with fill bytes",
    bytes(SOI, "\xff\xff", APP0, "\xff", frame("\xc1", SIZE), SOS3),
    header("jpeg", 450, 300, 1, 0),
  ],
  [
    "a progressive JPEG, and its scans",
    bytes(
      SOI,
      frame("\xc2", SIZE),
      ...[SOS3, "ab\xff\0\xff\xd0cd", SOS1, "x\xff", SOS1, "\xff\xd9"],
    ),
    // 57 × 38 blocks, and 29 × 19 twice.
    header("jpeg", 450, 300, 3, (57 * 38 + 2 * 29 * 19) * 128),
  ],
  [
    "a JPEG that comes a component at a time",
    bytes(
      SOI,
      frame("\xc0", SIZE, "\x11\x11\x11"),
      ...[SOS1, "a", SOS1, "b", SOS1, "c"],
    ),
    header("jpeg", 450, 300, 3, 3 * 57 * 38 * 128),
  ],
  [
    "a PNG",
    png(450, 300, 8, 6, 0),
    header("png", 450, 300, 1, 0),
  ],
  [
    "an interlaced PNG",
    png(450, 300, 1, 3, 1),
    header("png", 450, 300, 7, 450 * 300 * 4),
  ],
  [
    "a WebP",
    bytes("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\xc2\x41\x2c\x01"),
    header("webp", 450, 300, 1, 0),
  ],
  [
    "a lossless WebP",
    // 14 bits of the width less one, 14 of the height less one.
    bytes("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\xc1\xc1\x4a\0", "\0".repeat(9)),
    header("webp", 450, 300, 1, 450 * 300 * 4),
  ],
  [
    "an extended WebP",
    extended("VP8 "),
    header("webp", 450, 300, 1, 0),
  ],
  [
    "an extended, lossless WebP",
    extended("VP8L"),
    header("webp", 450, 300, 1, 450 * 300 * 4),
  ],
  [
    "an animated WebP by its first frame",
    extended("ANMF\x18\0\0\0" + "\0".repeat(16) + "VP8L"),
    header("webp", 450, 300, 1, 450 * 300 * 4),
  ],
];

function header(
  format: Header["format"],
  width: number,
  height: number,
  passes: number,
  keptBytes: number,
): Header {
  return { format, size: { width, height }, passes, keptBytes };
}

function png(
  width: number,
  height: number,
  depth: number,
  colour: number,
  interlace: number,
): Uint8Array {
  const file = bytes(
    "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
    "\0".repeat(8),
    ...[depth, colour, 0, 0, interlace],
  );
  const view = new DataView(file.buffer, file.byteOffset);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return file;
}

/** With a profile of three bytes before `chunk`. */
function extended(chunk: string): Uint8Array {
  const canvas = "\xc1\x01\0\x2b\x01\0";
  return bytes(
    `RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0${canvas}`,
    `ICCP\x03\0\0\0abc\0${chunk}\0\0\0\0`,
  );
}

for (const [why, file, expected] of READ) {
  Deno.test(`readHeader() reads ${why}`, () => {
    deepStrictEqual(readHeader(file), expected);
  });

  Deno.test(`I10 readHeader() of ${why}, cut anywhere, says nothing wrong`, () => {
    for (let length = 0; length < file.length; length++) {
      const found = readHeader(file.subarray(0, length));
      if (typeof found === "string") continue;
      deepStrictEqual(found.size, expected.size);
    }
  });
}

const OTHER = "unsupported: It is lossless, hierarchical or arithmetic";

const REFUSED: [why: string, file: Uint8Array, expected: string][] = [
  ["nothing", bytes(), "unknown"],
  ["a page", bytes("<!doctype html><html>"), "unknown"],
  ["a GIF of another year", bytes("GIF90a", "\0".repeat(40)), "unknown"],
  [
    "I8 a GIF of 50,000 frames",
    bytes("GIF89a\x01\0\x01\0,".repeat(50_000)),
    "corrupt",
  ],
  [
    "I11 an SVG of no namespace",
    bytes('<?xml version="1.0"?><svg/>'),
    "unsupported: Its svg is not in the namespace of SVG",
  ],
  [
    "I11 an SVG in gzip",
    bytes("\x1f\x8b\x08\0"),
    "unsupported: It is compressed, as SVGZ is",
  ],
  ["I13 a program in PHP", bytes("<?php system($_GET['c']);"), "unknown"],
  [
    "I13 a file for ImageMagick",
    bytes("push graphic-context\nviewbox 0 0 1 1"),
    "unknown",
  ],
  [
    "I12 a page that begins like a GIF",
    bytes("GIF89a/*<script>*/=1"),
    "corrupt",
  ],
  ["a JPEG alone", bytes(SOI, "\xff"), "truncated"],
  ["a JPEG of bytes", bytes(SOI, "\xffabcdefgh"), "truncated"],
  [
    "a JPEG whose segment has no length",
    bytes(SOI, "\xff\xe0\0\0aaaa"),
    "corrupt",
  ],
  ["a JPEG that only ends", bytes(SOI, "\xff\xd9\0\0"), "corrupt"],
  ["a JPEG without a frame", bytes(SOI, SOS3), "corrupt"],
  [
    "I10 a JPEG with two frames",
    bytes(SOI, frame("\xc0", SIZE), frame("\xc0", SIZE), SOS3),
    "corrupt",
  ],
  [
    "a JPEG of no height",
    bytes(SOI, frame("\xc0", "\0\0\x01\x01"), SOS3),
    "corrupt",
  ],
  [
    "a JPEG of no sampling",
    bytes(SOI, frame("\xc0", SIZE, "\x02\x11\x11"), SOS3),
    "corrupt",
  ],
  ["a lossless JPEG", bytes(SOI, frame("\xc3", SIZE), SOS3), OTHER],
  ["an arithmetic JPEG", bytes(SOI, frame("\xc9", SIZE), SOS3), OTHER],
  [
    "I10 a JPEG of segments without end",
    bytes(SOI, "\xff\xe0\0\x02".repeat(9_999)),
    "corrupt",
  ],
  ["a PNG of no width", png(0, 1, 8, 6, 0), "corrupt"],
  ["a PNG of 2^31 rows", png(1, 2 ** 31, 8, 6, 0), "corrupt"],
  ["a PNG of 3 bits", png(1, 1, 3, 0, 0), "corrupt"],
  ["a PNG of a colour that is none", png(1, 1, 8, 5, 0), "corrupt"],
  ["a PNG of another interlace", png(1, 1, 8, 6, 2), "corrupt"],
  [
    "a PNG that begins with text",
    bytes("\x89PNG\r\n\x1a\n\0\0\0\x0dtEXt", "\0".repeat(13)),
    "corrupt",
  ],
  [
    "a WebP of no width",
    bytes("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\0\0\x2c\x01"),
    "corrupt",
  ],
  [
    "a WebP of another chunk",
    bytes("RIFF\0\0\0\0WEBPABCD", "\0".repeat(20)),
    "corrupt",
  ],
];

for (const [why, file, expected] of REFUSED) {
  Deno.test(`${why} is ${expected} to readHeader()`, () => {
    strictEqual(readHeader(file), expected);
  });
}
