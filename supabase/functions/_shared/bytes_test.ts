import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { windowed } from "./bytes.ts";
import { watched } from "./testing/bytes.ts";
import { KiB, MiB } from "./units.ts";

/** Bytes that tell where they are. */
function counted(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = at * 31 + (at >> 8);
  return bytes;
}

const file = counted(20 * MiB);

const READ: [
  why: string,
  size: number,
  wishes: [offset: number, length: number][],
  ranges: [first: number, length: number][],
][] = [
  ["nothing of an empty file", 0, [[0, 8], [8, 8]], []],
  ["a small file at once", 100, [[0, 8], [92, 8], [50, 100]], [[0, 100]]],
  ["nothing past the end", 100, [[100, 1], [1e9, 8], [Infinity, 8]], []],
  ["nothing for a wish of nothing", 100, [[0, 0]], []],
  [
    "a window once",
    MiB,
    [[0, 8], [8, 8], [64 * KiB - 8, 8], [0, 64 * KiB]],
    [[0, 64 * KiB]],
  ],
  [
    "on in windows that double",
    MiB,
    [[0, 8], [64 * KiB, 8], [192 * KiB, 8], [448 * KiB, 8]],
    [
      [0, 64 * KiB],
      [64 * KiB, 128 * KiB],
      [192 * KiB, 256 * KiB],
      [448 * KiB, 512 * KiB],
    ],
  ],
  [
    "on from within the latest window",
    MiB,
    [[0, 8], [64 * KiB - 4, 8]],
    [[0, 64 * KiB], [64 * KiB - 4, 128 * KiB]],
  ],
  [
    "on over a gap as long as the latest window",
    MiB,
    [[0, 8], [128 * KiB, 8]],
    [[0, 64 * KiB], [128 * KiB, 128 * KiB]],
  ],
  [
    "little after a jump forward",
    MiB,
    [[0, 8], [64 * KiB, 8], [900 * KiB, 8]],
    [[0, 64 * KiB], [64 * KiB, 128 * KiB], [900 * KiB, 64 * KiB]],
  ],
  [
    "little after a jump back",
    MiB,
    [[900 * KiB, 8], [500 * KiB, 8]],
    [[900 * KiB, 64 * KiB], [500 * KiB, 64 * KiB]],
  ],
  [
    "the head once, whatever is read between",
    MiB,
    [[0, 8], [900 * KiB, 8], [0, 64 * KiB]],
    [[0, 64 * KiB], [900 * KiB, 64 * KiB]],
  ],
  [
    "as much as is asked for, up to 4 MiB",
    20 * MiB,
    [[8, 4 * MiB]],
    [[8, 4 * MiB]],
  ],
  ["no more than there is", 100 * KiB, [[90 * KiB, 8]], [[90 * KiB, 10 * KiB]]],
];

for (const [why, size, wishes, ranges] of READ) {
  Deno.test(`windowed() reads ${why}`, async () => {
    const reading = watched(file.subarray(0, size));

    for (const [offset, length] of wishes) {
      const given = await reading.bytes.at(offset, length);
      const asked = file.subarray(0, size).subarray(offset, offset + length);
      deepStrictEqual(given, asked);
    }

    deepStrictEqual(reading.ranges, ranges);
  });
}

Deno.test("windowed() reads 64 MiB in 22 requests of at most 4 MiB", async () => {
  const lengths: number[] = [];
  const bytes = windowed(64 * MiB, (_, length) => {
    lengths.push(length);
    return Promise.resolve(new Uint8Array(length));
  });

  for (let at = 0; at < bytes.size; at += 64 * KiB) {
    await bytes.at(at, 64 * KiB);
  }

  strictEqual(lengths.length, 22);
  strictEqual(Math.max(...lengths), 4 * MiB);
  strictEqual(lengths.reduce((sum, it) => sum + it), 64 * MiB);
});

Deno.test("windowed() keeps 64 KiB of a larger first window", async () => {
  const { bytes, ranges } = watched(file);

  await bytes.at(0, 4 * MiB);
  await bytes.at(10 * MiB, 8);
  await bytes.at(0, 64 * KiB);
  await bytes.at(0, 64 * KiB + 1);

  strictEqual(ranges.length, 3);
});

Deno.test("windowed() refuses a wish of more than 4 MiB", async () => {
  const { bytes, ranges } = watched(file);

  await rejects(bytes.at(0, 4 * MiB + 1), RangeError);

  deepStrictEqual(ranges, []);
});

for (const [why, change] of [["fewer", -1], ["more", 1]] as const) {
  Deno.test(`windowed() throws if ${why} bytes come than it asked for`, async () => {
    const bytes = windowed(
      100,
      (_, length) => Promise.resolve(new Uint8Array(length + change)),
    );

    await rejects(bytes.at(0, 8), /^Error: Cannot read 100 bytes from 0/);
  });
}

Deno.test("windowed() passes on what a read fails with, and reads again", async () => {
  const answers = [
    Promise.reject(new TypeError("gone")),
    Promise.resolve(new Uint8Array(100)),
  ];
  const bytes = windowed(100, () => answers.shift() ?? Promise.reject());

  await rejects(bytes.at(0, 8), TypeError);

  strictEqual((await bytes.at(0, 8)).length, 8);
});

Deno.test("windowed() gives what the file has, whatever is asked", async () => {
  const small = file.subarray(0, 300 * KiB);
  const wish = fc.tuple(fc.nat(310 * KiB), fc.nat(70 * KiB));

  await fc.assert(
    fc.asyncProperty(
      fc.array(wish, { maxLength: 20 }),
      async (wishes) => {
        const { bytes, ranges } = watched(small);
        for (const [offset, length] of wishes) {
          const given = await bytes.at(offset, length);
          const asked = small.subarray(offset, offset + length);
          strictEqual(given.length, asked.length);
          strictEqual(given.every((byte, at) => byte === asked[at]), true);
        }
        for (const [first, length] of ranges) {
          strictEqual(first + length <= small.length, true);
        }
      },
    ),
    { numRuns: 50 },
  );
});
