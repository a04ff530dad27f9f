/**
 * Few colours for many, by Wu's method: the box of colours that are furthest
 * from their mean is cut in two where that helps most, again and again. No I/O.
 *
 * @module
 */
import { type Box, CELLS, gathered, Moments, type Triple } from "./moments.ts";

/** A box that may still be cut. */
interface Part {
  readonly box: Box;
  readonly spread: number;
}

/** Up to `most` colours, as 0xRRGGBB, for `pixels` of which some are seen. */
export function quantised(pixels: Uint8Array, most: number): number[] {
  const moments = new Moments(pixels);
  const partOf = (box: Box): Part => ({ box, spread: moments.spread(box) });
  const parts = [
    partOf({ from: [0, 0, 0], to: [CELLS, CELLS, CELLS] }),
  ];
  while (parts.length < most) {
    const widest = parts.reduce((a, b) => b.spread > a.spread ? b : a);
    if (widest.spread === 0) break;
    const halves = cut(moments, widest.box)?.map(partOf);
    // What is in one cell stays together.
    const instead = halves ?? [{ ...widest, spread: 0 }];
    parts.splice(parts.indexOf(widest), 1, ...instead);
  }
  return parts.map(({ box }) => meanOf(moments, box));
}

/** The two boxes with the least spread, if both have pixels. */
function cut(moments: Moments, { from, to }: Box): [Box, Box] | undefined {
  const all = moments.sum({ from, to });
  let best: [Box, Box] | undefined;
  let most = 0;
  for (const channel of [0, 1, 2] as const) {
    for (let at = from[channel] + 1; at < to[channel]; at++) {
      const low = { from, to: moved(to, channel, at) };
      const sum = moments.sum(low);
      if (sum.count === 0 || sum.count === all.count) continue;
      const rest = {
        count: all.count - sum.count,
        red: all.red - sum.red,
        green: all.green - sum.green,
        blue: all.blue - sum.blue,
      };
      const both = gathered(sum) + gathered(rest);
      if (both <= most) continue;
      most = both;
      best = [low, { from: moved(from, channel, at), to }];
    }
  }
  return best;
}

/** The same, but for one channel. */
function moved(of: Triple, channel: 0 | 1 | 2, to: number): Triple {
  const [red, green, blue] = of;
  if (channel === 0) return [to, green, blue];
  return channel === 1 ? [red, to, blue] : [red, green, to];
}

function meanOf(moments: Moments, box: Box): number {
  const { count, red, green, blue } = moments.sum(box);
  const mean = (sum: number) => Math.round(sum / Math.max(1, count));
  return mean(red) << 16 | mean(green) << 8 | mean(blue);
}
