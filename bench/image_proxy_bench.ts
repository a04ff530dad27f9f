/**
 * What does a picture cost over HTTP, over sharp with one thread and over
 * magick-wasm?
 *
 * `image-proxy` and magick-wasm run under Deno 2.1.4, bundled, with a heap of
 * 256 MiB. Each contestant is a process of its own that has the photo sent by a
 * Storage on loopback. They take turns; the numbers are CPU time of the process,
 * medians.
 *
 *     deno task bench image_proxy
 *
 * Writes parts of the pictures side by side into `bench/images/`.
 *
 * @module
 */
import { startRegistry } from "../tools/jsr/registry.ts";
import { table } from "../tools/report.ts";
import { startWorld } from "../tests/world.ts";
import { makePhotos } from "./engine/photos.ts";
import { contestants, type Job } from "./proxy/contestants.ts";
import { race, type Result } from "./proxy/race.ts";
import { sideBySide } from "./proxy/side_by_side.ts";
import { startStorage } from "./proxy/storage.ts";

const PHOTOS = new URL("../.local/engine/photos/", import.meta.url);
const IMAGES = new URL("images/", import.meta.url);

/** A job, and what its pictures are called. */
interface Row extends Job {
  readonly image: string;
}

const JOBS: readonly Row[] = [
  row("12 MP JPEG → 800 px WebP", "12mp.jpg", 800, "webp"),
  row("12 MP JPEG → 800 px JPEG", "12mp.jpg", 800, "jpeg"),
  row("24 MP JPEG → 400 px WebP", "24mp.jpg", 400, "webp"),
  row("2 MP alpha PNG → 400 px WebP", "2mp.png", 400, "webp"),
  row("8 MP alpha PNG → 800 px WebP", "8mp.png", 800, "webp"),
  row("1 MP WebP → 200 px WebP", "1mp.webp", 200, "webp"),
  row("12 MP WebP → 800 px WebP", "12mp.webp", 800, "webp"),
  row("1 MP JPEG → 800 px AVIF", "1mp.jpg", 800, "avif"),
];

function row(
  name: string,
  file: string,
  width: number,
  format: Job["format"],
): Row {
  // AVIF's scale is another one: at 50 it looks as the others at 80.
  const quality = format === "avif" ? 50 : 80;
  const image = `${file.replace(".", "_")}_to_${width}_${format}.webp`;
  return { name, file, width, format, quality, image };
}

const NONE = "not yet";

function cellsOf(
  results: readonly (Result | undefined)[],
  value: (result: Result) => number,
): string[] {
  const [ours, ...others] = results.map((it) => it && value(it));
  const text = (it: number | undefined) => it?.toFixed(0) ?? NONE;
  const ratios = others.map((it, at) =>
    ours === undefined || it === undefined
      ? NONE
      : at === 0
      ? (ours / it).toFixed(2)
      : (it / ours).toFixed(1)
  );
  return [
    text(ours),
    ...others.flatMap((it, at) => [text(it), ratios[at] ?? ""]),
  ];
}

async function run(): Promise<void> {
  await using world = await startWorld();
  await using registry = await startRegistry();
  await using storage = await startStorage(PHOTOS);
  const places = { world, registry, storage: storage.url };
  await using arena = await contestants(places);
  const warm: string[][] = [];
  const cold: string[][] = [];
  const peak: string[][] = [];
  const sizes: string[][] = [];
  for (const job of JOBS) {
    const results = await race(arena.all, job);
    warm.push([job.name, ...cellsOf(results, (it) => it.warmMs)]);
    cold.push([job.name, ...cellsOf(results, (it) => it.coldMs)]);
    const MiB = (it: Result) => it.peakBytes / 2 ** 20;
    peak.push([job.name, ...cellsOf(results, MiB)]);
    const pictures = results.flatMap((it) => it ? [it.bytes] : []);
    const KiB = results.map((it) => it ? kibibytes(it.bytes) : NONE);
    sizes.push([job.name, ...KiB]);
    // Those that everybody makes.
    if (pictures.length < results.length) continue;
    await sideBySide(pictures, new URL(job.image, IMAGES));
  }
  const peers = [
    "sharp",
    "÷ sharp",
    "magick-wasm",
    "× less",
    "tuned",
    "× less",
  ];
  table(["warm, CPU, ms", "image-proxy", ...peers], warm);
  table(["first request of a process, CPU, ms", "image-proxy", ...peers], cold);
  table(["most memory, MiB", "image-proxy", ...peers], peak);
  table(["KiB", ...arena.all.map(({ name }) => name)], sizes);
}

function kibibytes({ length }: Uint8Array): string {
  return (length / 1024).toFixed(1);
}

await makePhotos(PHOTOS);
await Deno.mkdir(IMAGES, { recursive: true });
await run();
Deno.exit(0); // PGlite leaves a timer behind
