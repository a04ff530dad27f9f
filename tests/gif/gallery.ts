/**
 * GIFs of every kind, by sharp and by hand.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { dice } from "../index/random.ts";
import { frame, looping, start, TRAILER } from "./blocks.ts";

/** A file, and what it is. */
export interface Kind {
  readonly name: string;
  readonly file: Uint8Array;
}

const SIZE = { width: 96, height: 64 };

/** Colours that run into each other, another picture for each turn. */
export function scene(turn: number, { width, height } = SIZE): Uint8Array {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDisc = Math.hypot(x - 20 - 5 * turn, y - 30) < 16;
      const at = 4 * (y * width + x);
      const red = isDisc ? 230 : 255 * x / width;
      pixels.set([red, isDisc ? 40 : 255 * y / height, 90, 255], at);
    }
  }
  return pixels;
}

/** A disc that moves where there is nothing else, with a soft edge or a hard one. */
export function disc(
  turn: number,
  isSoft: boolean,
  { width, height } = SIZE,
): Uint8Array {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const away = Math.hypot(x - 20 - 9 * turn, y - 30) - 14;
      const seen = isSoft ? 128 - 30 * away : away < 0 ? 255 : 0;
      const alpha = Math.max(0, Math.min(255, seen));
      if (alpha === 0) continue;
      pixels.set([4 * x, 200 - 3 * y, 90, alpha], 4 * (y * width + x));
    }
  }
  return pixels;
}

/** Scenes as an animation by sharp. */
export function filmed(
  count: number,
  calls: Calls,
  size = SIZE,
): Promise<Uint8Array> {
  const scenes = Array.from({ length: count }, (_, turn) => scene(turn, size));
  return filmedOf(scenes, size, calls);
}

/** The same of any pictures: sharp takes them below each other. */
export async function filmedOf(
  pictures: readonly Uint8Array[],
  { width, height }: Size,
  calls: Calls,
): Promise<Uint8Array> {
  const raw = {
    ...{ width, height: height * pictures.length, channels: 4 as const },
    pageHeight: height,
  };
  const input = Buffer.concat(pictures);
  const [file] = await sharp([{ input, raw, calls }]);
  if (file === undefined) throw new Error("sharp has made nothing");
  return file;
}

const COLOURS = ["ff0000", "00ff00", "0000ff", "ffffff"];

/** A file of one frame, which ends where it ends. */
export function unended(): Uint8Array {
  const [{ file }] = odd() as [Kind];
  return file.subarray(0, -TRAILER.length);
}

/** Indices that nobody can guess. */
function chance(count: number, below: number): number[] {
  const { below: number } = dice(count);
  return Array.from({ length: count }, () => number(below));
}

/** By hand, each with something that few have. */
export function odd(): Kind[] {
  const small = { width: 7, height: 9, indices: chance(63, 4), bits: 2 };
  const whole = (...frames: Uint8Array[]) =>
    Buffer.concat([start(7, 9, COLOURS), ...frames, TRAILER]);
  const many = Array.from(
    { length: 256 },
    (_, i) => i.toString(16).padStart(2, "0").repeat(3),
  );
  return [
    ["colours for all", whole(frame(small))],
    ["colours of its own", whole(frame({ ...small, colours: many }))],
    ["interlaced", whole(frame({ ...small, isInterlaced: true }))],
    ["transparent", whole(frame({ ...small, transparent: 2 }))],
    [
      "a part of the screen",
      Buffer.concat([
        start(20, 30, COLOURS),
        // Without transparency sharp takes what is around it for black.
        frame({ ...small, left: 5, top: 11, transparent: 3 }),
        TRAILER,
      ]),
    ],
    [
      "256 colours",
      whole(frame({
        ...{ width: 40, height: 40, indices: chance(1600, 256) },
        ...{ colours: many },
      })),
    ],
    [
      "two colours",
      Buffer.concat([
        start(7, 9, COLOURS.slice(0, 2)),
        frame({ ...small, indices: chance(63, 2) }),
        TRAILER,
      ]),
    ],
    [
      "frames that leave what is behind them",
      whole(
        looping(0),
        frame({ ...small, hundredths: 20, disposal: 1 }),
        // Where nothing is transparent sharp paints the background's colour.
        frame({ ...part(2, 3), disposal: 2, transparent: 0 }),
        frame({ ...part(1, 1), disposal: 3, transparent: 1 }),
        frame({ ...part(3, 5), disposal: 1 }),
      ),
    ],
  ].map(([name, file]) => ({ name, file }) as Kind);
}

function part(left: number, top: number) {
  const indices = chance(12, 4);
  return { left, top, width: 3, height: 4, indices, bits: 2, hundredths: 7 };
}
