import { ok, strictEqual } from "node:assert/strict";
import { sniff, wouldSniff } from "./sniff.ts";
import { fixture, FIXTURES, join } from "./testing/fixtures.ts";
import { agrees, isText } from "./types.ts";

for (const [name, type] of FIXTURES) {
  Deno.test(`sniff() sees that ${name} is ${type}`, async () => {
    const found = await sniff(fixture(name));

    ok(found === undefined ? isText(type) : agrees(type, found), found);
  });
}

const FOUND: [why: string, head: Uint8Array, type: string | undefined][] = [
  ["nothing", join(), undefined],
  ["one letter", join("a"), undefined],
  ["a page", join(" <html>"), "text/html"],
  [
    "Linux' programs",
    join("\x7fELF\x02\x01\x01", "\0".repeat(60)),
    "application/x-elf",
  ],
  [
    "Windows' programs",
    join("MZ\x90\0", "\0".repeat(60)),
    "application/x-msdownload",
  ],
  [
    "a script that begins like a picture",
    join("GIF89a=1;alert(1)"),
    "image/gif",
  ],
  ["a word that begins like a picture", join("GIFs are pictures"), undefined],
  [
    "a sound's parameters",
    join("OggS", "\0".repeat(24), "OpusHead"),
    "audio/ogg",
  ],
  [
    "a compressed file cut short",
    join("\x1f\x8b\x08\0\0\0\0\0\0\0garbage"),
    "application/gzip",
  ],
];

for (const [why, head, type] of FOUND) {
  Deno.test(`sniff() knows ${why}`, async () => {
    strictEqual(await sniff(head), type);
  });
}

Deno.test("sniff() looks at 64 KiB", async () => {
  const space = " ".repeat(64 * 1024 - 3);

  strictEqual(await sniff(join(space, "<p>")), "text/html");
  strictEqual(await sniff(join(space, " <p>")), undefined);
});

const WOULD: [type: string, would: boolean][] = [
  ["image/png", true],
  ["image/jpeg", true],
  ["text/html", true],
  ["image/svg+xml", true],
  ["application/pdf", true],
  ["application/msword", true],
  ["video/mpeg", true],
  ["model/gltf-binary", true],
  ["text/plain", false],
  ["application/octet-stream", false],
  ["chemical/x-pdb", false],
];

for (const [type, would] of WOULD) {
  Deno.test(`wouldSniff() is ${would} for ${type}`, async () => {
    strictEqual(await wouldSniff(type), would);
  });
}
