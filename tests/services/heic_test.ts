/**
 * HEIC beside libheif, as Debian has it: `heif-convert` and `heif-enc`.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readHeader } from "../../supabase/functions/image-proxy/heic/header.ts";
import { difference } from "../engine/likeness.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { drawings } from "../avif/pictures.ts";
import { decoded, fileNamed } from "../heic/pictures.ts";
import { serviceTest } from "./service.ts";

const RAW: Calls = [["ensureAlpha"], ["raw"]];

/** Runs a command, which must succeed. */
async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args })
    .output();
  ok(success, new TextDecoder().decode(stderr));
}

/** What libheif makes of a file, in RGBA. */
async function theirs(file: Uint8Array): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/in.heic`, file);
    await run("heif-convert", `${folder}/in.heic`, `${folder}/out.png`);
    const input = await Deno.readFile(`${folder}/out.png`);
    const [pixels] = await sharp([{ input, calls: RAW }]);
    return pixels ?? new Uint8Array();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function encoded(png: Uint8Array, args: string[]): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/in.png`, png);
    const [from, to] = [`${folder}/in.png`, `${folder}/out.heic`];
    await run("heif-enc", ...args, from, "-o", to);
    return await Deno.readFile(to);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function requireSame(file: Uint8Array): Promise<void> {
  const { pixels } = await decoded(file);
  const expected = await theirs(file);
  strictEqual(pixels.length, expected.length);
  for (const channel of [0, 1, 2, 3] as const) {
    const mean = difference(pixels, expected, channel);
    ok(mean < 0.6, `${channel} differs by ${mean}`);
  }
}

const NAMES = ["420", "422", "444", "lossless", "grey", "alpha", "odd"];

for (const name of NAMES) {
  serviceTest(`${name}.heic is what libheif makes of it`, async () => {
    await requireSame(await fileNamed(`${name}.heic`));
  });
}

const CASES: [why: string, isClear: boolean, args: string[]][] = [
  ["of quality 10", false, ["-q", "10"]],
  ["of quality 100", false, ["-q", "100"]],
  ["in 4:4:4", false, ["-q", "60", "-p", "chroma=444"]],
  ["in 4:2:2", false, ["-q", "60", "-p", "chroma=422"]],
  ["with alpha", true, ["-q", "60"]],
  ["without loss", false, ["-L", "-p", "chroma=444"]],
  [
    "in the smallest blocks",
    false,
    ["-p", "x265:ctu=16", "-p", "x265:min-cu-size=8"],
  ],
];

for (const [why, isClear, args] of CASES) {
  serviceTest(`a drawing ${why} is what libheif makes of it`, async () => {
    const { opaque, clear } = await drawings();
    const file = await encoded(isClear ? clear : opaque, args);

    const header = readHeader(file);

    deepStrictEqual(typeof header, "object");
    await requireSame(file);
  });
}
