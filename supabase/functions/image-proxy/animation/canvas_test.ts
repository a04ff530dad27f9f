import { deepStrictEqual } from "node:assert/strict";
import { Canvas, type Manner } from "./canvas.ts";

/** A letter for each pixel of a row. */
const COLOURS: Readonly<Record<string, readonly number[]>> = {
  ".": [0, 0, 0, 0],
  r: [255, 0, 0, 255],
  b: [0, 0, 255, 255],
  w: [255, 255, 255, 128],
};

function rowOf(letters: string): Uint8Array {
  return Uint8Array.from([...letters].flatMap((it) => COLOURS[it] ?? []));
}

/** The canvas as letters. */
function shown(canvas: Canvas): string {
  const names = new Map(
    Object.entries(COLOURS).map(([name, it]) => [it.join(), name]),
  );
  let text = "";
  for (let at = 0; at < canvas.pixels.length; at += 4) {
    text += names.get(canvas.pixels.subarray(at, at + 4).join()) ?? "?";
  }
  return text;
}

type Step = readonly [
  left: number,
  letters: string,
  manner: Partial<Manner>,
  after: string,
];

const KEEP = { disposal: "keep", isBlended: true } as const;

const CASES: [why: string, steps: Step[]][] = [
  ["frames stay", [[0, "rrrr", {}, "rrrr"], [1, "bb", {}, "rbbr"]]],
  ["what is not seen leaves what was there", [
    [0, "rrrr", {}, "rrrr"],
    [0, "b..b", {}, "brrb"],
  ]],
  ["without blending nothing of it is left", [
    [0, "rrrr", {}, "rrrr"],
    [0, "b..", { isBlended: false }, "b..r"],
  ]],
  ["a frame is cleared before the next one", [
    [0, "rrrr", {}, "rrrr"],
    [1, "bb", { disposal: "background" }, "rbbr"],
    [3, "b", {}, "r..b"],
  ]],
  ["what was there comes back", [
    [0, "rrrr", {}, "rrrr"],
    [1, "bb", { disposal: "previous" }, "rbbr"],
    [3, "b", { disposal: "previous" }, "rrrb"],
    [0, "b", {}, "brrr"],
  ]],
  ["nothing comes back where nothing was", [
    [0, "rr", { disposal: "previous" }, "rr.."],
    [3, "b", {}, "...b"],
  ]],
  ["what lies beside it is cut off", [
    [2, "rrrr", { disposal: "background" }, "..rr"],
    [9, "bb", { disposal: "previous" }, "...."],
    [0, "b", {}, "b..."],
  ]],
];

for (const [why, steps] of CASES) {
  Deno.test(`Canvas: ${why}`, () => {
    const canvas = new Canvas({ width: 4, height: 1 });

    const seen = steps.map(([left, letters, manner]) => {
      const part = { left, top: 0, width: letters.length, height: 1 };
      canvas.paint({ ...KEEP, part, ...manner }, rowOf(letters));
      return shown(canvas);
    });

    deepStrictEqual(seen, steps.map(([, , , after]) => after));
  });
}

Deno.test("Canvas: what is half seen is mixed with what was there", () => {
  const canvas = new Canvas({ width: 2, height: 1 });
  const part = { left: 0, top: 0, width: 2, height: 1 };

  canvas.paint({ ...KEEP, part }, rowOf("rw"));
  canvas.paint({ ...KEEP, part }, rowOf("ww"));

  // 128 of 255, over all and over 128 of 255: Porter and Duff's "over".
  deepStrictEqual([...canvas.pixels], [
    ...[255, 128, 128, 255],
    ...[255, 255, 255, 192],
  ]);
});
