import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { windowed } from "../_shared/bytes.ts";
import { memory, watched } from "../_shared/testing/bytes.ts";
import { KiB } from "../_shared/units.ts";
import {
  fixture,
  FIXTURES,
  join,
  patch,
  u32,
} from "./formats/testing/fixtures.ts";
import { type Claim, type Reason, verify } from "./verify.ts";

/** What the tickets of these tests allow: a photo of 50 megapixels. */
const MAX_PIXELS = 50_000_000;

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function claimOf(bytes: Uint8Array, type: string): Claim {
  return { type, bytes: bytes.length, maxPixels: MAX_PIXELS };
}

async function reasonFor(
  bytes: Uint8Array,
  type: string,
): Promise<Reason | undefined> {
  const verdict = await verify(memory(bytes), claimOf(bytes, type));
  return verdict.ok ? undefined : verdict.reason;
}

for (const [name, type] of FIXTURES) {
  Deno.test(`verify() keeps ${name} as ${type}`, async () => {
    const file = fixture(name);
    const claim = { ...claimOf(file, type), sha256: sha256Of(file) };
    const { bytes, ranges } = watched(file);

    const verdict = await verify(bytes, claim);

    deepStrictEqual(verdict, { ok: true });
    // They are all of one window.
    strictEqual(ranges.length, 1);
  });
}

const PNG = fixture("grey.png");
const JPEG = fixture("baseline.jpg");
const PDF = fixture("written.pdf");
const ZIP = fixture("files.zip");

const KEPT: [why: string, file: Uint8Array, type: string][] = [
  ["an empty file as text", join(), "text/plain"],
  ["an empty file as anything", join(), "application/octet-stream"],
  ["a word that begins like a bitmap", join("BMW is a car"), "text/plain"],
  ["a word that begins like a program", join("MZ is a word"), "text/plain"],
  ["a word that begins like a picture", join("GIFs are fun"), "text/markdown"],
  ["XML without a declaration", join("<note/>"), "application/xml"],
  ["what nothing recognises", join("\x01\x02\x03"), "model/gltf-binary-2"],
  ["a calendar as text", join("BEGIN:VCALENDAR\r\n"), "text/plain"],
  [
    "a document as the archive it is",
    fixture("letter.docx"),
    "application/zip",
  ],
  ["a still picture as an animation", PNG, "image/apng"],
];

for (const [why, file, type] of KEPT) {
  Deno.test(`verify() keeps ${why}`, async () => {
    strictEqual(await reasonFor(file, type), undefined);
  });
}

const PAGE = "<script>alert(1)</script>";
const PAGES: [why: string, page: string][] = [
  ["a page", PAGE],
  ["a page behind a mark", `\xef\xbb\xbf${PAGE}`],
  ["a page behind a comment", `<!-- a -->${PAGE}`],
  ["a page behind white space", `\r\n\t ${PAGE}`],
  [
    "a page behind all of them",
    `\xef\xbb\xbf \n<!-- a -->\n<!doctype html>${PAGE}`,
  ],
  ["a drawing", "<svg onload='alert(1)'/>"],
  ["a drawing behind its declaration", "<?xml version='1.0'?><svg/>"],
];

const NO_PAGES = [
  "image/png",
  "image/jpeg",
  "text/plain",
  "text/csv",
  "application/json",
  "application/pdf",
  "application/octet-stream",
  "model/gltf-binary",
];

for (const [why, page] of PAGES) {
  for (const type of NO_PAGES) {
    Deno.test(`verify() refuses ${why} as ${type}`, async () => {
      strictEqual(await reasonFor(join(page), type), "type_mismatch");
    });
  }
}

const SCRIPT = "=1;/*";
const PROGRAM = join("\x7fELF\x02\x01\x01", "\0".repeat(57));
const WINDOWS = join("MZ\x90\0", "\0".repeat(60));

const REFUSED: [
  why: string,
  file: Uint8Array,
  type: string,
  reason: Reason,
][] = [
  ["an empty picture", join(), "image/png", "type_mismatch"],
  ["text as a picture", join("hello"), "image/png", "type_mismatch"],
  ["a JPEG as a PNG", JPEG, "image/png", "type_mismatch"],
  ["a PNG as a JPEG", PNG, "image/jpeg", "type_mismatch"],
  ["Linux' program as a picture", PROGRAM, "image/png", "type_mismatch"],
  ["Windows' program as a picture", WINDOWS, "image/png", "type_mismatch"],
  [
    "a program as anything",
    PROGRAM,
    "application/octet-stream",
    "type_mismatch",
  ],
  ["an archive as a document in text", ZIP, "text/plain", "malformed"],
  ["a PDF as text", PDF, "text/plain", "type_mismatch"],
  ["a PNG as text", PNG, "text/plain", "malformed"],
  ["a GIF that is a script", join("GIF89a", SCRIPT), "image/gif", "malformed"],
  [
    "a script that is a GIF",
    join("GIF89a", SCRIPT),
    "text/javascript",
    "type_mismatch",
  ],
  ["a picture cut short", PNG.subarray(0, -1), "image/png", "malformed"],
  ["a picture and a byte", join(PNG, "x"), "image/png", "trailing_bytes"],
  ["a picture and a page", join(PNG, PAGE), "image/png", "trailing_bytes"],
  ["a picture and a program", join(JPEG, ZIP), "image/jpeg", "trailing_bytes"],
  [
    "a picture, a page and the end of a picture",
    join(PNG, PAGE, PNG.subarray(-12)),
    "image/png",
    "trailing_bytes",
  ],
  ["a PDF and an archive", join(PDF, ZIP), "application/pdf", "trailing_bytes"],
  [
    "a PDF and an archive that ends like a PDF",
    join(PDF, patch(ZIP, ZIP.length - 2, "\x06"), "%%EOF\n"),
    "application/pdf",
    "malformed",
  ],
  [
    "an archive with something in front",
    join("x", ZIP),
    "application/zip",
    "type_mismatch",
  ],
  [
    "an archive with something behind",
    join(ZIP, "x"),
    "application/zip",
    "malformed",
  ],
  ["an archive as another", ZIP, "image/png", "type_mismatch"],
  [
    "a sound with an archive behind",
    join(fixture("sound.mp3"), ZIP),
    "audio/mpeg",
    "type_mismatch",
  ],
  [
    "a bomb",
    patch(PNG, 16, u32(30_000), u32(30_000)),
    "image/png",
    "too_many_pixels",
  ],
  ["a drawing as XML", join("<svg/>"), "application/xml", "type_mismatch"],
  ["XML as a drawing", fixture("note.xml"), "image/svg+xml", "type_mismatch"],
];

for (const [why, file, type, reason] of REFUSED) {
  Deno.test(`verify() refuses ${why}: ${reason}`, async () => {
    strictEqual(await reasonFor(file, type), reason);
  });
}

Deno.test("verify() finds the archive that a chunk of a picture holds", async () => {
  // Its comment is the checksum of the chunk, and the end of the picture.
  const archive = patch(ZIP, ZIP.length - 2, "\x10");
  const end = PNG.length - 12;
  const chunk = join(u32(archive.length), "juNk", archive, "\0\0\0\0");
  const file = join(PNG.subarray(0, end), chunk, PNG.subarray(end));

  strictEqual(await reasonFor(file, "image/png"), "type_mismatch");
});

Deno.test("verify() takes the pixels that are allowed, and not one more", async () => {
  const claim = claimOf(PNG, "image/png");

  deepStrictEqual(await verify(memory(PNG), { ...claim, maxPixels: 384 }), {
    ok: true,
  });
  deepStrictEqual(await verify(memory(PNG), { ...claim, maxPixels: 383 }), {
    ok: false,
    reason: "too_many_pixels",
    detail: "Cannot keep a picture of 384 pixels: at most 383 are allowed",
  });
});

for (const more of [-1, 1]) {
  Deno.test(`verify() refuses a size that is off by ${more}, unread`, async () => {
    const { bytes, ranges } = watched(PNG);
    const claim = claimOf(PNG, "image/png");

    const verdict = await verify(bytes, { ...claim, bytes: PNG.length + more });

    deepStrictEqual(verdict, {
      ok: false,
      reason: "size_mismatch",
      detail: `Cannot keep 848 bytes: ${848 + more} were announced`,
    });
    strictEqual(ranges.length, 0);
  });
}

Deno.test("verify() refuses another checksum", async () => {
  const sha256 = sha256Of(JPEG);

  const verdict = await verify(memory(PNG), {
    ...claimOf(PNG, "image/png"),
    sha256,
  });

  deepStrictEqual(verdict, {
    ok: false,
    reason: "checksum_mismatch",
    detail: "Cannot keep the file: its SHA-256 is not the announced one",
  });
});

Deno.test("verify() hashes a file of many windows", async () => {
  const file = join("text ".repeat(100_000));
  const claim = { ...claimOf(file, "text/plain"), sha256: sha256Of(file) };

  deepStrictEqual(await verify(watched(file).bytes, claim), { ok: true });
});

Deno.test("verify() passes on what reading fails with", async () => {
  const bytes = windowed(9, () => Promise.reject(new TypeError("gone")));
  const claim = { type: "text/plain", bytes: 9, maxPixels: 1 };

  await rejects(verify(bytes, claim), TypeError);
});

Deno.test("verify() says what is wrong in one sentence, and nothing of the file", async () => {
  const secret = "<html>s3cr3t";

  for (const [, file, type] of REFUSED) {
    const poisoned = join(file, secret);
    const claim = { ...claimOf(poisoned, type), maxPixels: 1, sha256: "" };
    const verdict = await verify(memory(poisoned), claim);
    ok(!verdict.ok);
    ok(/^Cannot keep [^.]+: [^.]+[^.]$/.test(verdict.detail), verdict.detail);
    ok(!verdict.detail.includes("s3cr3t"));
  }
});

/** Part of a file changed, left out or doubled. */
const MUTATION = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(64),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 16 }),
    fc.constantFrom(...[0, 1, 2 ** 31, 2 ** 32 - 1].map(u32)),
  ),
});

function mutate(
  file: Uint8Array,
  { at, length, bytes }: { at: number; length: number; bytes: Uint8Array },
): Uint8Array {
  const from = Math.floor(at * file.length);
  return join(file.subarray(0, from), bytes, file.subarray(from + length));
}

for (const [name, type] of FIXTURES) {
  Deno.test(`verify() has a verdict on whatever ${name} becomes`, async () => {
    const whole = fixture(name);

    await fc.assert(
      fc.asyncProperty(
        fc.array(MUTATION, { minLength: 1, maxLength: 3 }),
        // So that what is walked has more than one window.
        fc.constantFrom(0, 200 * KiB),
        async (mutations, padding) => {
          const file = join(
            mutations.reduce(mutate, whole),
            "x".repeat(padding),
          );
          const { bytes, ranges } = watched(file);
          const claim = { ...claimOf(file, type), sha256: sha256Of(file) };

          const verdict = await verify(bytes, claim);

          strictEqual(typeof verdict.ok, "boolean");
          const read = ranges.reduce((sum, [, length]) => sum + length, 0);
          ok(
            read <= 2 * file.length + 4 * 64 * KiB,
            `${read} of ${file.length}`,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
}

Deno.test("verify() has a verdict on any bytes as any type", async () => {
  const types = [...new Set(FIXTURES.map(([, type]) => type)), "text/html"];

  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom("", ...FIXTURES.map(([name]) => name)),
      fc.constantFrom(...types),
      async (random, name, type) => {
        const front = name === "" ? "" : fixture(name).subarray(0, 40);
        const file = join(front, random);

        const verdict = await verify(memory(file), claimOf(file, type));

        strictEqual(typeof verdict.ok, "boolean");
      },
    ),
    { numRuns: 1_000 },
  );
});
