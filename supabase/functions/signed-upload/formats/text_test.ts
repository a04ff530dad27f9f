import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory } from "../../_shared/testing/bytes.ts";
import { fixture, join } from "./testing/fixtures.ts";
import { text } from "./text.ts";

const KIB_64 = "x".repeat(64 * 1024);

const TAKEN: [why: string, file: Uint8Array][] = [
  ["nothing", join()],
  ["every byte that is text", join("\t\n\f\r\x1b ~\x7f\x80\xff")],
  ["UTF-16 without a letter", join("\xff\xfe")],
  ["UTF-16, little end first", join("\xff\xfea\0\n\0")],
  ["UTF-16, big end first", join("\xfe\xff\0a\0\n")],
];

for (const [why, file] of TAKEN) {
  Deno.test(`text() takes ${why}`, async () => {
    deepStrictEqual(await text(memory(file)), { end: file.length, pixels: 0 });
  });
}

// WHATWG MIME Sniffing §3: what these leave out is text.
const BINARY = [
  ...Array.from({ length: 9 }, (_, at) => at),
  0x0b,
  ...Array.from({ length: 13 }, (_, at) => 0x0e + at),
  0x1c,
  0x1d,
  0x1e,
  0x1f,
];

const REFUSED: [why: string, file: Uint8Array][] = [
  ...BINARY.map((byte): [string, Uint8Array] => [
    `byte ${byte}`,
    join("a", String.fromCharCode(byte)),
  ]),
  ["a program behind text", join(KIB_64, KIB_64, "x\0")],
  ["the last byte of the head", join(KIB_64.slice(1), "\0", KIB_64)],
  ["a picture", fixture("grey.png")],
  ["UTF-16 without its mark", join("a\0\n\0")],
  ["NUL in UTF-16", join("\xff\xfea\0\0\0")],
  ["a control in UTF-16", join("\xfe\xff\0a\0\x01")],
  [
    "a control at the end of UTF-16",
    join("\xff\xfe", KIB_64, KIB_64, "\x01\0"),
  ],
  ["half a unit of UTF-16", join("\xff\xfea")],
];

for (const [why, file] of REFUSED) {
  Deno.test(`text() refuses ${why}`, async () => {
    strictEqual(await text(memory(file)), undefined);
  });
}
