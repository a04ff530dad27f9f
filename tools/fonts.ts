/**
 * Takes the fonts of SVG out of their npm package, without the characters that
 * few need, and puts them where image-proxy finds them.
 *
 *     deno task fonts         writes supabase/functions/image-proxy/svg/{fonts_ttf,covered}.ts
 *     deno task fonts:check   says whether they are what the package makes, or fails
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { charactersOf, runsOf } from "./fonts/characters.ts";
import { type Run, subset } from "./fonts/subset.ts";
import { download } from "./npm_archive.ts";
import { packed, sha256Of } from "./packed.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/fonts/", ROOT);
const OUTPUT = new URL("supabase/functions/image-proxy/svg/", ROOT);

/** Of a family: which characters are taken, and the files that have them. */
interface Family {
  readonly name: string;
  readonly integrity: string;
  readonly wanted: readonly Run[];
  /** The second is taken for all that is bolder than 500. */
  readonly files: readonly [regular: string, bold: string];
}

const HARFBUZZ = {
  name: "harfbuzzjs@1.6.4",
  integrity:
    "sha512-T/PyfhVt1gGR2Tkf5KJUj1DQFkVBXHw552lS1iLEEDhV1Lukb3eq1pk2ov85kgbT2YUiZtJBTak9w+M7YgzUEQ==",
  folder: FOLDER,
};

/**
 * Of Unicode, as far as the font has them. What is not here: rare letters of
 * Latin and Cyrillic, phonetic ones, polytonic Greek and Hebrew, which together
 * would be 40 kB more.
 */
const MUCH: readonly Run[] = [
  // Latin, as Europe, Turkey and Vietnam write it, with marks to be put on it
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x18f, 0x192],
  [0x1a0, 0x1a1],
  [0x1af, 0x1b0],
  [0x1fa, 0x1ff],
  [0x218, 0x21b],
  [0x237, 0x237],
  [0x259, 0x259],
  [0x2bc, 0x2bc],
  [0x2c6, 0x2dd],
  [0x300, 0x30c],
  [0x323, 0x328],
  [0x1e80, 0x1e85],
  [0x1e9e, 0x1ef9],
  [0xfb01, 0xfb02],
  // Greek and Cyrillic
  [0x370, 0x3ff],
  [0x400, 0x4ff],
  // Punctuation, numbers, money, and what is like letters
  [0x2000, 0x206f],
  [0x2070, 0x209f],
  [0x20a0, 0x20cf],
  [0x2100, 0x218f],
  // Arrows, mathematics, lines, blocks and shapes
  [0x2190, 0x22ff],
  [0x2300, 0x23ff],
  [0x2500, 0x27bf],
];

/** The rest is drawn in the first family. */
const LITTLE: readonly Run[] = [
  // Latin of Europe
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x218, 0x21b],
  // Punctuation, and what programs draw boxes with
  [0x2013, 0x2026],
  [0x2030, 0x203a],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2190, 0x2195],
  [0x2500, 0x25ff],
];

const FAMILIES: readonly Family[] = [
  {
    name: "@expo-google-fonts/arimo@0.4.3",
    integrity:
      "sha512-kXMUJ303nJgKjJFr8yuiAY9dgIoAoj9HccKkaSw0J63/T4MSdxFejzfDUVLzUz+ohpQWinifV99QOAUQLcGKDg==",
    wanted: MUCH,
    files: ["400Regular/Arimo_400Regular.ttf", "700Bold/Arimo_700Bold.ttf"],
  },
  {
    name: "@expo-google-fonts/tinos@0.4.2",
    integrity:
      "sha512-MQkfvUO1Aw7UP3jRtWLcjda+udanoL8ecrbkjbc3ZdhSI1iW/Uil4uD8O0eOiIxU2v/FeAT2XjGNiz5oYUlucg==",
    wanted: LITTLE,
    files: ["400Regular/Tinos_400Regular.ttf", "700Bold/Tinos_700Bold.ttf"],
  },
  {
    name: "@expo-google-fonts/cousine@0.4.3",
    integrity:
      "sha512-rSl8RXKqxwz8xJvedqdiKtPghSwRAl5c+lMecDyZ1L+V+IQEx6mavMnYkO0KuKgNcHekJXwXZsbmv7zJWggmAw==",
    wanted: LITTLE,
    files: [
      "400Regular/Cousine_400Regular.ttf",
      "700Bold/Cousine_700Bold.ttf",
    ],
  },
];

/** Modules, by the names of their files. */
async function make(): Promise<readonly [file: string, text: string][]> {
  const harfbuzz = await download(HARFBUZZ);
  const wasm = new Uint8Array(
    await harfbuzz.read("dist/harfbuzz-subset.wasm"),
  );
  const fonts: Uint8Array[] = [];
  for (const { files, wanted, ...known } of FAMILIES) {
    const archive = await download({ ...known, folder: FOLDER });
    for (const file of files) {
      fonts.push(await subset(wasm, await archive.read(file), wanted));
    }
  }
  // What the first family has, whatever is drawn can have.
  const [first = [], bold = []] = fonts.slice(0, 2).map(charactersOf);
  const both = first.filter((it) => bold.includes(it));
  return [
    ["fonts_ttf.ts", fontsOf(fonts)],
    ["covered.ts", coveredBy(runsOf(both))],
  ];
}

function fontsOf(fonts: readonly Uint8Array[]): string {
  const all = Buffer.concat(fonts);
  return `/**
 * The fonts of text: TrueType, in brotli, in base64, since a deploy takes no
 * other files. Written by \`deno task fonts\`; their licence is in \`NOTICE\`.
 *
 * @module
 */

export const FONTS = {
  /** Of all of them as they are unpacked. */
  sha256: "${sha256Of(all)}",
  /** The npm packages that they are from. */
  from: [
${FAMILIES.map(({ name }) => `    "${name}",\n`).join("")}  ],
  /** In bytes, one behind the other: of each family regular, and bold. */
  lengths: [${fonts.map(({ length }) => length).join(", ")}],
  brotli:
    "${packed(all)}",
} as const;
`;
}

function coveredBy(runs: readonly Run[]): string {
  const rows: string[] = [""];
  for (const [first, last] of runs) {
    const run = first === last ? hex(first) : `${hex(first)}-${hex(last)}`;
    const row = `${rows.at(-1)} ${run}`.trim();
    if (row.length > 72) rows.push(run);
    else rows[rows.length - 1] = row;
  }
  return `/**
 * The characters that the fonts of text have, by their numbers in base 16.
 * Written by \`deno task fonts\`. No I/O.
 *
 * @module
 */

/** Runs of them, from the first to the last. */
export const COVERED = \`
${rows.join("\n")}
\`;
`;
}

function hex(character: number): string {
  return character.toString(16);
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  for (const [name, text] of await make()) {
    const file = new URL(name, OUTPUT);
    if (!isCheck) {
      await Deno.writeTextFile(file, text);
      continue;
    }
    const isSame = await Deno.readTextFile(file) === text;
    say(`${name} ${isSame ? "is" : "is not"} what the package makes`);
    if (!isSame) Deno.exitCode = 1;
  }
}

if (import.meta.main) await main(Deno.args.includes("--check"));
