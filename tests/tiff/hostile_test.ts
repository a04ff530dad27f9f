/**
 * TIFF files that are broken, or lie: each ends as a value.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { breaks } from "../../supabase/functions/image-proxy/cost.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { tiffHeader } from "../../supabase/functions/image-proxy/tiff/header.ts";
import { tiffSource } from "../../supabase/functions/image-proxy/tiff/source.ts";
import { dice } from "../index/random.ts";
import { type Field, fieldsOf, tiffOf } from "./builder.ts";
import { makeTiffs, TIFF_KINDS } from "./pictures.ts";

const files = await makeTiffs();

function kind(name: string): Uint8Array {
  const at = TIFF_KINDS.findIndex((it) => it.name === `TIFF, ${name}`);
  const file = files[at];
  if (file === undefined) throw new Error(`There is no ${name}`);
  return file;
}

/** What becomes of it: a picture, or why there is none. */
async function fateOf(file: Uint8Array): Promise<string> {
  const header = tiffHeader(file);
  if (typeof header === "string") return header;
  const broken = breaks(header);
  if (broken !== undefined) return broken.what;
  const source = await tiffSource(file);
  if (typeof source === "string") return source;
  const made = await transform(source, { width: 32, format: "pixels" });
  return made.ok ? "picture" : made.failure;
}

const SMALL = { width: 4, height: 4, bits: [8, 8, 8], photometric: 2 };
const BLOCK = new Uint8Array(48);

function small(more: readonly Field[] = []): Field[] {
  const own = fieldsOf(SMALL);
  const tags = more.map(([tag]) => tag);
  return [...own.filter(([tag]) => !tags.includes(tag)), ...more];
}

/** Points back to its only directory. */
function looped(): Uint8Array {
  const file = tiffOf({ fields: small([[254, 4, [1]]]), blocks: [BLOCK] });
  const view = new DataView(file.buffer);
  view.setUint32(file.length - 4, view.getUint32(4, true), true);
  return file;
}

const REFUSED: [why: string, file: Uint8Array, fate: string][] = [
  [
    "I7 10 GP in a few bytes",
    tiffOf({
      fields: small([[256, 4, [100_000]], [257, 4, [100_000]], [278, 4, [
        100_000,
      ]]]),
      blocks: [BLOCK],
    }),
    "pixels",
  ],
  [
    "I7 one tile of 65,520 × 65,520",
    tiffOf({
      fields: small([[322, 4, [65_520]], [323, 4, [65_520]]]),
      blocks: [BLOCK],
      tags: [324, 325],
    }),
    "bytes in memory",
  ],
  ["I10 directories in a circle", looped(), "corrupt"],
  [
    "I10 no width",
    tiffOf({ fields: small([[256, 4, [0]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "I10 fewer strips than rows",
    tiffOf({ fields: small([[278, 4, [1]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "I10 a strip beyond the end",
    tiffOf({ fields: small(), blocks: [new Uint8Array(47)] }).slice(0, -1),
    "truncated",
  ],
  [
    "I10 a strip that is too short",
    tiffOf({ fields: small(), blocks: [new Uint8Array(47)] }),
    "truncated",
  ],
  [
    "I10 a palette of other colours than there are",
    tiffOf({
      fields: fieldsOf({
        ...{ ...SMALL, bits: [8], photometric: 3 },
        more: [[320, 3, [1, 2, 3]]],
      }),
      blocks: [BLOCK],
    }),
    "corrupt",
  ],
  [
    "I10 LZW of codes that are none",
    tiffOf({
      fields: small([[259, 3, [5]]]),
      blocks: [new Uint8Array(48).fill(255)],
    }),
    "truncated",
  ],
  [
    "I10 deflate that is none",
    tiffOf({ fields: small([[259, 3, [8]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "I10 a JPEG that is none",
    tiffOf({ fields: small([[259, 3, [7]]]), blocks: [BLOCK] }),
    "unreadable",
  ],
  [
    "another compression",
    tiffOf({ fields: small([[259, 3, [3]]]), blocks: [BLOCK] }),
    "unsupported: Its compression is not read",
  ],
  [
    "colours of a laboratory",
    tiffOf({ fields: small([[262, 3, [8]]]), blocks: [BLOCK] }),
    "unsupported: Its colours are not read",
  ],
  [
    "samples that are fractions",
    tiffOf({ fields: small([[339, 3, [3, 3, 3]]]), blocks: [BLOCK] }),
    "unsupported: Its samples are signed, or fractions",
  ],
  [
    "I10 fewer lengths than strips",
    tiffOf({
      fields: small([[278, 4, [2]], [273, 4, [8, 8]]]),
      blocks: [BLOCK],
      tags: [65_000, 279],
    }),
    "corrupt",
  ],
  [
    "I10 strips of no rows",
    tiffOf({ fields: small([[278, 4, [0]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "I10 fewer samples than colours",
    tiffOf({ fields: small([[277, 3, [2]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "I10 more samples than anybody has",
    tiffOf({
      fields: small([[277, 3, [9]], [258, 3, Array(9).fill(8)]]),
      blocks: [new Uint8Array(999)],
    }),
    "corrupt",
  ],
  [
    "I10 alpha that is not there",
    tiffOf({ fields: small([[338, 3, [2]]]), blocks: [BLOCK] }),
    "corrupt",
  ],
  [
    "differences of fractions",
    tiffOf({
      fields: small([[259, 3, [5]], [317, 3, [3]]]),
      blocks: [BLOCK],
    }),
    "unsupported: Its predictor is not read",
  ],
  [
    "differences of less than a byte",
    tiffOf({
      fields: small([[258, 3, [4, 4, 4]], [259, 3, [5]], [317, 3, [2]]]),
      blocks: [BLOCK],
    }),
    "unsupported: Its predictor is not read",
  ],
  [
    "a palette of 16 bits",
    tiffOf({
      fields: small([[258, 3, [16]], [277, 3, [1]], [262, 3, [3]]]),
      blocks: [BLOCK],
    }),
    "unsupported: Its palette is of more than 8 bits",
  ],
  [
    "samples of several depths",
    tiffOf({ fields: small([[258, 3, [8, 8, 4]]]), blocks: [BLOCK] }),
    "unsupported: Its samples are of other bits",
  ],
  [
    "samples of 12 bits",
    tiffOf({ fields: small([[258, 3, [12, 12, 12]]]), blocks: [BLOCK] }),
    "unsupported: Its samples are of other bits",
  ],
  [
    "JPEG of 16 bits",
    tiffOf({
      fields: small([[258, 3, [16, 16, 16]], [259, 3, [7]]]),
      blocks: [BLOCK],
    }),
    "unsupported: Its JPEG has other samples than it says",
  ],
  [
    "JPEG of a palette",
    tiffOf({
      fields: fieldsOf({
        ...{ ...SMALL, bits: [8], photometric: 3 },
        more: [[259, 3, [7]], [320, 3, Array(768).fill(0)]],
      }),
      blocks: [BLOCK],
    }),
    "unsupported: Its JPEG has other samples than it says",
  ],
  [
    "fax of more than black and white",
    tiffOf({ fields: small([[259, 3, [4]]]), blocks: [BLOCK] }),
    "unsupported: Its fax has more than black and white",
  ],
  [
    "inks that are no cyan, magenta, yellow and black",
    tiffOf({
      fields: small([
        ...[[262, 3, [5]], [277, 3, [4]], [332, 3, [2]]] as Field[],
        [258, 3, [8, 8, 8, 8]],
      ]),
      blocks: [new Uint8Array(64)],
    }),
    "unsupported: Its colours are not read",
  ],
  [
    "nothing but smaller pictures of another",
    tiffOf({ fields: small([[254, 4, [1]]]), blocks: [BLOCK] }),
    "unsupported: Its pictures are smaller ones of another",
  ],
  [
    "a BigTIFF",
    Uint8Array.of(0x49, 0x49, 43, 0, 8, 0, 0, 0),
    "unsupported: It is a BigTIFF",
  ],
];

for (const [why, file, fate] of REFUSED) {
  Deno.test(
    `TIFF: ${why} is refused`.replace(/^TIFF: (I\d+) /, "$1 TIFF: "),
    async () => {
      strictEqual(await fateOf(file), fate);
    },
  );
}

Deno.test("I9 TIFF: of 500 MB in a strip as much is unpacked as there is room for", async () => {
  const blocks = [deflateSync(new Uint8Array(500_000_000))];
  const file = tiffOf({ fields: small([[259, 3, [8]]]), blocks });

  strictEqual(await fateOf(file), "picture");
});

Deno.test("I10 TIFF: a million strips at the same place are decoded once each, or not at all", () => {
  const strips = 200_000;
  const file = tiffOf({
    fields: small([
      ...[[256, 4, [1]], [257, 4, [strips]], [278, 4, [1]]] as Field[],
      [273, 4, Array.from({ length: strips }, () => 8)],
      [279, 4, Array.from({ length: strips }, () => 3)],
    ]),
    blocks: [BLOCK],
    tags: [65_000, 65_001],
  });

  const header = tiffHeader(file);

  ok(typeof header !== "string");
  ok((header.decodeNs ?? 0) > 4_000 * strips * 0.9);
});

for (const name of ["LZW", "tiles, LZW", "JPEG in tiles", "PackBits"]) {
  Deno.test(`I10 TIFF, ${name}, cut anywhere, is a value`, async () => {
    const file = kind(name);
    const fates = new Set<string>();
    for (let at = 0; at < 120; at++) {
      fates.add(
        await fateOf(file.slice(0, Math.floor(file.length * at / 120))),
      );
    }

    const known = [
      "truncated",
      "corrupt",
      "unreadable",
      "picture",
      "unsupported",
    ];
    for (const fate of fates) {
      ok(known.includes(fate.split(":")[0] ?? ""), fate);
    }
    strictEqual(fates.has("truncated"), true);
    strictEqual(await fateOf(file), "picture");
  });
}

/** More with `-- --rounds 100000`. */
const at = Deno.args.indexOf("--rounds");
const ROUNDS = at < 0 ? 300 : Number(Deno.args[at + 1]);

Deno.test("I10 TIFF: broken anywhere, it is a picture or a value", async () => {
  const { below } = dice(7);
  const fates = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const file = (files[below(files.length)] ?? new Uint8Array()).slice();
    // Mostly where the directory is, which sharp writes last.
    const from = below(3) === 0 ? 0 : Math.max(0, file.length - 400);
    for (let i = 0; i < 1 + below(4); i++) {
      file[from + below(file.length - from)] = below(256);
    }
    const fate = (await fateOf(file)).split(":")[0] ?? "";
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
  }

  ok((fates.get("picture") ?? 0) > ROUNDS / 10, JSON.stringify([...fates]));
  ok((fates.get("corrupt") ?? 0) > 0, JSON.stringify([...fates]));
  deepStrictEqual(fates.has("trap"), false);
});
