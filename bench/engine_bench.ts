/**
 * What does the image engine cost over sharp with one thread, and over
 * magick-wasm?
 *
 * Each runs in a process of its own, the engine under Deno 2.1.4. They take
 * turns; the numbers are CPU time of the process, medians. What they make of the
 * same picture is written to `bench/images/`.
 *
 *     deno task bench engine
 *
 * @module
 */
import { hostedDeno, TRUST } from "../tests/deployed/hosted_deno.ts";
import { cpuMs, peakBytes } from "../tests/processes.ts";
import { median, table } from "../tools/report.ts";
import type { Task } from "./engine/contest.ts";
import { makeImages } from "./engine/images.ts";
import { makePhotos } from "./engine/photos.ts";

const ROUNDS = 7;

const HERE = new URL("engine/", import.meta.url);
const PHOTOS = new URL("../.local/engine/photos/", import.meta.url);
const IMAGES = new URL("images/", import.meta.url);

interface Job extends Omit<Task, "times"> {
  readonly name: string;
  readonly goal: string;
}

const JOBS: readonly Job[] = [
  job("12 MP JPEG → 800 px WebP", "12mp.jpg", 800, "webp", "2.0"),
  job("24 MP JPEG → 400 px WebP", "24mp.jpg", 400, "webp", "1.8"),
  job("12 MP JPEG → 800 px JPEG", "12mp.jpg", 800, "jpeg", "2.5"),
  job("2 MP alpha PNG → 400 px WebP", "2mp.png", 400, "webp", "2.0"),
  job("8 MP alpha PNG → 800 px WebP", "8mp.png", 800, "webp", "2.0"),
  job("1 MP WebP → 200 px WebP", "1mp.webp", 200, "webp", "1.2"),
  job("12 MP WebP → 800 px WebP", "12mp.webp", 800, "webp", "1.2"),
  job("12 MP progressive → 800 px WebP", "12mp_progressive.jpg", 800, "webp"),
  job("50 MP JPEG → 800 px WebP", "50mp.jpg", 800, "webp"),
];

function job(
  name: string,
  file: string,
  width: number,
  format: Task["format"],
  goal = "",
): Job {
  return { name, file: new URL(file, PHOTOS).pathname, width, format, goal };
}

/** A process that waits for tasks. */
class Contestant implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: ReadableStreamDefaultReader<string>;
  readonly #asked: WritableStreamDefaultWriter<Uint8Array>;

  constructor(deno: string, program: string, args: readonly string[]) {
    this.#child = new Deno.Command(deno, {
      args: ["run", "--quiet", ...args, new URL(program, HERE).href],
      env: TRUST,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#asked = this.#child.stdin.getWriter();
    this.#said = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** CPU time since its start. */
  get cpuMs(): Promise<number> {
    return cpuMs(this.#child.pid);
  }

  get peakBytes(): Promise<number> {
    return peakBytes(this.#child.pid);
  }

  /** CPU time of making one picture, of as many as are made. */
  async make({ file, width, format }: Job, times: number): Promise<number> {
    const before = await this.cpuMs;
    const task: Task = { file, width, format, times };
    const line = JSON.stringify(task) + "\n";
    await this.#asked.write(new TextEncoder().encode(line));
    const { done } = await this.#said.read();
    if (done) throw new Error(`${file} was too much`);
    return (await this.cpuMs - before) / times;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#asked.close();
    await this.#child.status;
  }
}

const HOSTED_ARGS = ["--no-check", "--no-config", "--no-lock", "--no-npm"];

async function ours(): Promise<Contestant> {
  return new Contestant(await hostedDeno(), "ours.ts", [
    ...HOSTED_ARGS,
    `--allow-read=${PHOTOS.pathname}`,
  ]);
}

function theirs(program: string): Contestant {
  return new Contestant(Deno.execPath(), program, ["--allow-all", "--frozen"]);
}

await makePhotos(PHOTOS);

const whole = (ms: number) => ms.toFixed(0);
const rows: string[][] = [];
const alone: string[][] = [];
for (const one of JOBS) {
  await using engine = await ours();
  await using sharp = theirs("sharp.ts");
  await using magick = theirs("magick.ts");
  await using tuned = theirs("magick_tuned.ts");
  const times: [number[], number[], number[], number[]] = [[], [], [], []];
  // Code gets warm with use: the first rounds are not counted.
  for (const it of [engine, sharp]) await it.make(one, 6);
  for (const it of [magick, tuned]) await it.make(one, 2);
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push(await engine.make(one, 5));
    times[1].push(await sharp.make(one, 5));
    if (round >= 3) continue;
    times[2].push(await magick.make(one, 1));
    times[3].push(await tuned.make(one, 1));
  }
  const [mine = 0, base = 0, ...others] = times.map(median);
  const ratio = (mine / base).toFixed(2);
  rows.push([
    ...[one.name, whole(mine), whole(base), ratio, one.goal],
    ...others.flatMap((it) => [whole(it), (it / mine).toFixed(1)]),
  ]);

  await using fresh = await ours();
  await fresh.make(one, 1);
  const cold = await fresh.cpuMs;
  alone.push([one.name, whole(cold), whole(await fresh.peakBytes / 2 ** 20)]);
}
table(
  [
    ...["job", "ms", "sharp, ms", "÷ sharp", "goal"],
    ...["magick-wasm, ms", "× faster", "the same, tuned, ms", "× faster"],
  ],
  rows,
);
await makeImages(PHOTOS, IMAGES);
table(["first request of a process", "CPU, ms", "most memory, MiB"], alone);
