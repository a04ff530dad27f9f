/**
 * The pictures that take the most time for what they say of themselves: noise,
 * and files that are made to be slow.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import sharp, { type JpegOptions, type Sharp } from "sharp";
import { dice } from "../../tests/index/random.ts";
import {
  chunk,
  type Claim,
  emptyBlocks,
  header,
  png,
  SIGNATURE,
} from "../../tests/engine/png.ts";

/** Of most of them: 6 MP. */
const SIZE = { width: 3000, height: 2000 };

interface Raw {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

function noise(bytes: number): Buffer {
  const { below } = dice(1);
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let i = 0; i < words.length; i++) words[i] = below(2 ** 32);
  return Buffer.from(words.buffer, 0, bytes);
}

/** A picture of noise, to be encoded. */
function noisy(channels: Raw["channels"], size = SIZE): Sharp {
  const raw: Raw = { ...size, channels };
  const input = noise(raw.width * raw.height * channels);
  return sharp(input, { raw, limitInputPixels: false });
}

const PURE = { quality: 100, chromaSubsampling: "4:4:4" };

function jpeg(
  options: JpegOptions,
  channels: 1 | 3 = 3,
): Promise<Uint8Array> {
  const image = noisy(channels);
  const shown = channels === 1 ? image.toColourspace("b-w") : image;
  return shown.jpeg({ ...PURE, ...options }).toBuffer();
}

/** A PNG of these bytes, deflated as they are. */
function pngOf(claim: Claim, idats: readonly Uint8Array[]): Uint8Array {
  const parts = idats.map((it) => chunk("IDAT", it));
  const end = chunk("IEND", new Uint8Array());
  return Buffer.concat([SIGNATURE, header(claim), ...parts, end]);
}

/** Rows of noise, each with the filter that takes longest: Paeth's. */
function rows(width: number, height: number, bytesPerPixel: number): Buffer {
  const stride = 1 + width * bytesPerPixel;
  const bytes = noise(stride * height);
  for (let at = 0; at < bytes.length; at += stride) bytes[at] = 4;
  return bytes;
}

/** Each byte in a chunk of its own. */
function scattered(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** A picture of `rows` behind 20 MB of nothing. */
function slowToBegin(claim: Claim, rows: Uint8Array): Uint8Array {
  const packed = deflateSync(rows);
  const parts = [packed.subarray(0, 2), emptyBlocks(20e6), packed.subarray(2)];
  return pngOf(claim, [Buffer.concat(parts)]);
}

/** Noise of fewer values, in which encoders look for longer. */
const VALUES: Readonly<
  Record<string, (byte: number, channel: number) => number>
> = {
  opaque: (byte, channel) => channel === 3 ? 255 : byte,
  clear: (byte) => byte,
  two: (byte) => byte & 1 ? 255 : 0,
  four: (byte, channel) => (byte & 3) + (channel === 3 ? 200 : 0),
};

function valued(side: number, values: string): Sharp {
  const of = VALUES[values] ?? (() => 0);
  const raw = { width: side, height: side, channels: 4 } as const;
  const bytes = noise(side * side * 4);
  for (const [at, byte] of bytes.entries()) bytes[at] = of(byte, at % 4);
  const image = sharp(bytes, { raw });
  return values === "opaque" ? image.removeAlpha() : image;
}

export type Maker = () => Promise<Uint8Array> | Uint8Array;

/** By the names of their files. */
export const WORST: Readonly<Record<string, Maker>> = {
  "noise_444.jpg": () => jpeg({}),
  "noise_420.jpg": () => jpeg({ chromaSubsampling: "4:2:0" }),
  "noise_grey.jpg": () => jpeg({}, 1),
  "noise_progressive.jpg": () => jpeg({ progressive: true }),
  "noise_cmyk.jpg": () =>
    noisy(4).toColourspace("cmyk").jpeg({ ...PURE }).toBuffer(),
  "noise.png": () => png({ ...SIZE, type: 6 }, rows(3000, 2000, 4)),
  "noise_16.png": () =>
    png({ ...SIZE, type: 6, depth: 16 }, rows(3000, 2000, 8)),
  "noise_interlaced.png": () => noisy(4).png({ progressive: true }).toBuffer(),
  "one_bit.png": () => {
    const [width, height] = [8000, 6000];
    return png(
      { width, height, type: 0, depth: 1 },
      rows(width / 8, height, 1),
    );
  },
  "chunks.png": () =>
    pngOf(
      { width: 400, height: 400, type: 6 },
      scattered(deflateSync(rows(400, 400, 4))),
    ),
  "blocks.png": () => {
    const claim = { width: 400, height: 400, type: 6 };
    return slowToBegin(claim, rows(400, 400, 4));
  },
  "noise.webp": () => noisy(3).webp({ quality: 100 }).toBuffer(),
  "noise_alpha.webp": () => noisy(4).webp({ quality: 100 }).toBuffer(),
  "noise_lossless.webp": () =>
    noisy(4).webp({ lossless: true, effort: 1 }).toBuffer(),
  "dot.png": () =>
    png({ width: 1, height: 1, type: 6 }, Buffer.from([0, 9, 8, 7, 128])),
  ...Object.fromEntries(
    [1_000, 1_095, 1_580, 2_500].flatMap((side) =>
      Object.keys(VALUES).map((values) => [
        `${values}_${side}.png`,
        () => valued(side, values).png({ compressionLevel: 1 }).toBuffer(),
      ])
    ),
  ),
};

const CJPEG = ["libjpeg-turbo-progs", "libjpeg62-turbo"];

/** As many scans as its bits can be parted into: 11 for each of five parts. */
function script(): string {
  const parts = ["0 1 2: 0-0", "0: 1-5", "0: 6-63", "1: 1-63", "2: 1-63"];
  const lines = [];
  for (let bit = 10; bit >= 0; bit--) {
    const before = bit === 10 ? 0 : bit + 1;
    for (const part of parts) lines.push(`${part}, ${before}, ${bit};`);
  }
  return lines.join("\n");
}

async function run(command: string, options: Deno.CommandOptions) {
  const { success } = await new Deno.Command(command, options).output();
  if (!success) throw new Error(`Cannot ${command}`);
}

/** sharp has no say in scans; libjpeg-turbo's own program has. */
async function makeScans(folder: URL): Promise<void> {
  await run("apt-get", { args: ["download", ...CJPEG], cwd: folder });
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".deb")) continue;
    await run("dpkg-deb", { args: ["-x", name, "."], cwd: folder });
  }
  const at = (name: string) => new URL(name, folder).pathname;
  const { width, height } = SIZE;
  const start = Buffer.from(`P6 ${width} ${height} 255\n`);
  const pixels = Buffer.concat([start, noise(width * height * 3)]);
  await Deno.writeFile(at("noise.ppm"), pixels);
  await Deno.writeTextFile(at("scans.txt"), script());
  const sampled = ["-quality", "100", "-sample", "2x2", "-scans", "scans.txt"];
  await run(at("usr/bin/cjpeg"), {
    args: [...sampled, "-outfile", "scans.jpg", "noise.ppm"],
    cwd: folder,
    env: { LD_LIBRARY_PATH: at("usr/lib/x86_64-linux-gnu") },
  });
}

/** Makes them in `folder`, unless they are there. */
export async function makeWorst(folder: URL): Promise<void> {
  const last = new URL("scans.jpg", folder);
  if (await Deno.stat(last).then(() => true, () => false)) return;
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, make] of Object.entries(WORST)) {
    await Deno.writeFile(new URL(name, folder), await make());
  }
  await makeScans(folder);
}
