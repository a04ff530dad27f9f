/**
 * Valid files that are broken at random, by a seed: no mutation may trap, hang,
 * or make the engine grow.
 *
 *     deno task engine:fuzz [rounds] [seed]    100,000 of them, from seed 1
 *
 * @module
 */
import type { Failure } from "../../supabase/functions/image-proxy/engine/failure.ts";
import {
  type Format,
  Instance,
} from "../../supabase/functions/image-proxy/engine/instance.ts";
import { planOf } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import {
  asStored,
  turned,
} from "../../supabase/functions/image-proxy/engine/orientation.ts";
import { LIMITS } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { unpack } from "../../supabase/functions/image-proxy/engine/unpack.ts";
import { dice } from "../index/random.ts";
import { KINDS, makePictures } from "./pictures.ts";
import { mended } from "./png.ts";

/** Small, so that a mutation meets structure more often than pixels. */
const SMALL = { width: 61, height: 41 };

/** What happened, by how it ended. */
export interface Outcome {
  readonly ends: ReadonlyMap<string, number>;
  readonly traps: readonly { readonly round: number; readonly name: string }[];
  /** Of the longest call. */
  readonly slowestMs: number;
  /** Memory of the instance, after a tenth of all rounds and after all. */
  readonly bytes: { readonly early: number; readonly late: number };
}

/** Bytes that lengths, counts and signs turn over at. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** A copy of `file` with one to eight changes. */
export function mutated(
  file: Uint8Array,
  below: (n: number) => number,
): Uint8Array {
  let bytes: Uint8Array = file.slice();
  const changes = 1 + below(8);
  for (let i = 0; i < changes && bytes.length > 0; i++) {
    // Half of them in the first part, where the headers are.
    const at = below(
      below(2) === 0 ? Math.min(200, bytes.length) : bytes.length,
    );
    const length = below(below(2) === 0 ? 4 : 64);
    const kind = below(6);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes[at] = EDGES[below(EDGES.length)] ?? 0;
    else if (kind === 3) bytes.copyWithin(at, below(bytes.length), at + length);
    else if (kind === 4) bytes = spliced(bytes, at, length, below(64));
    else bytes = bytes.subarray(0, Math.max(at, 12));
  }
  return bytes;
}

/** `bytes` with `removed` fewer at `at`, and `added` of what follows twice. */
function spliced(
  bytes: Uint8Array,
  at: number,
  removed: number,
  added: number,
): Uint8Array {
  const twice = bytes.subarray(at, at + added);
  const rest = bytes.subarray(at + removed);
  const whole = new Uint8Array(at + twice.length + rest.length);
  whole.set(bytes.subarray(0, at));
  whole.set(twice, at);
  whole.set(rest, at + twice.length);
  return whole;
}

const FORMATS: readonly Format[] = ["webp", "jpeg", "png"];
const FITS = ["cover", "contain", "fill"] as const;

function once(
  instance: Instance,
  bytes: Uint8Array,
  below: (n: number) => number,
): Failure | "picture" {
  const header = instance.open(bytes, LIMITS);
  if (typeof header === "string") return header;
  const upright = turned(header.size, header.orientation);
  const fit = FITS[below(3)] ?? "fill";
  const box = { width: 1 + below(40), height: 1 + below(40), fit };
  const plan = planOf(upright, box);
  if (plan.size.width * plan.size.height > 10_000) return "picture";
  const format = FORMATS[below(3)] ?? "png";
  const made = instance.make(asStored(plan, upright, header.orientation), {
    format,
    quality: 1 + below(100),
    background: 0,
    frames: 1,
  });
  return typeof made === "string" ? made : "picture";
}

/** Runs `rounds` mutations of every kind of picture in turn. */
export async function fuzz(rounds: number, seed: number): Promise<Outcome> {
  const module = await WebAssembly.compile(await unpack());
  const files = await makePictures(SMALL);
  const { below } = dice(seed);
  let instance = new Instance(module);
  const ends = new Map<string, number>();
  const traps: { round: number; name: string }[] = [];
  let slowestMs = 0;
  let early = 0;
  for (let round = 0; round < rounds; round++) {
    const which = round % files.length;
    const broken = mutated(files[which] ?? new Uint8Array(), below);
    const isMended = KINDS[which]?.name.startsWith("PNG") && below(4) > 0;
    const bytes = isMended ? mended(broken) : broken;
    const at = performance.now();
    const end = once(instance, bytes, below);
    slowestMs = Math.max(slowestMs, performance.now() - at);
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (end === "trap") {
      traps.push({ round, name: KINDS[which]?.name ?? "" });
      instance = new Instance(module);
    }
    if (round === Math.floor(rounds / 10)) early = instance.bytes;
  }
  return { ends, traps, slowestMs, bytes: { early, late: instance.bytes } };
}

if (import.meta.main) {
  const [rounds = 100_000, seed = 1] = Deno.args.map(Number);
  const { ends, traps, slowestMs, bytes } = await fuzz(rounds, seed);
  // deno-lint-ignore no-console -- a command talks to a terminal
  console.log({ rounds, seed, ends, traps, slowestMs, bytes });
  if (traps.length > 0) Deno.exitCode = 1;
}
