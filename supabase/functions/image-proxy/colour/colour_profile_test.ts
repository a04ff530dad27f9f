import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { colourProfile } from "./colour_profile.ts";

const REST = { matrix: 6, isFull: true };
const SRGB = 13;

type Columns = readonly (readonly number[])[];

/** As published in profiles: ICC's own of sRGB, Apple's, and Google's. */
const PUBLISHED: [name: string, primaries: number, columns: Columns][] = [
  ["sRGB", 1, [
    [0.43607, 0.22249, 0.01392],
    [0.38515, 0.71687, 0.09708],
    [0.14307, 0.06061, 0.7141],
  ]],
  ["Display P3", 12, [
    [0.51512, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.06657, 0.78407],
  ]],
  ["BT.2020", 9, [
    [0.67346, 0.27903, -0.00194],
    [0.16566, 0.67535, 0.02998],
    [0.12505, 0.04561, 0.79686],
  ]],
];

function tagsOf(profile: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(profile);
  strictEqual(bytes.readUInt32BE(0), bytes.length);
  const tags = new Map<string, Buffer>();
  for (let index = 0; index < bytes.readUInt32BE(128); index++) {
    const entry = 132 + 12 * index;
    const at = bytes.readUInt32BE(entry + 4);
    const end = at + bytes.readUInt32BE(entry + 8);
    const name = bytes.toString("latin1", entry, entry + 4);
    tags.set(name, bytes.subarray(at, end));
  }
  return tags;
}

for (const [name, primaries, columns] of PUBLISHED) {
  Deno.test(`colourProfile() has the primaries of ${name}`, () => {
    // Gamma 2.2, so that sRGB has a profile, too.
    const profile = colourProfile({ primaries, transfer: 4, ...REST });

    ok(profile);
    const tags = tagsOf(profile);
    for (const [index, tag] of ["rXYZ", "gXYZ", "bXYZ"].entries()) {
      for (const [part, expected] of columns[index]?.entries() ?? []) {
        const value = (tags.get(tag)?.readInt32BE(8 + 4 * part) ?? 0) / 65_536;
        ok(Math.abs(value - expected) < 0.0004, `${tag} ${part}: ${value}`);
      }
    }
  });
}

/** Light of a value, from 0 to 1. */
function lightOf(transfer: number, value: number): number {
  const profile = colourProfile({ primaries: 9, transfer, ...REST });
  const curve = profile && tagsOf(profile).get("rTRC");
  ok(curve);
  const last = curve.readUInt32BE(8) - 1;
  return curve.readUInt16BE(12 + 2 * Math.round(value * last)) / 65_535;
}

/** BT.2408, table 1: what is as bright as a grey card, and as white paper. */
const LEVELS: [name: string, transfer: number, card: number, paper: number][] =
  [["PQ", 16, 0.38, 0.58], ["HLG", 18, 0.38, 0.75]];

for (const [name, transfer, card, paper] of LEVELS) {
  Deno.test(`colourProfile() shows a grey card and white paper of ${name}`, () => {
    const grey = lightOf(transfer, card);
    const white = lightOf(transfer, paper);

    // 26 cd/m² of 203.
    ok(Math.abs(grey - 26 / 203) < 0.01, `${grey}`);
    ok(white > 0.88 && white < 0.94, `${white}`);
    strictEqual(lightOf(transfer, 0), 0);
    ok(lightOf(transfer, 1) > 0.99);
  });
}

Deno.test("colourProfile() lets no light be brighter than a brighter one", () => {
  for (const transfer of [4, 5, 8, 13, 16, 17, 18]) {
    const all = Array.from(
      { length: 256 },
      (_, at) => lightOf(transfer, at / 255),
    );
    deepStrictEqual(all.toSorted((a, b) => a - b), all);
  }
});

Deno.test("colourProfile() has none where colours are sRGB's, or not said", () => {
  for (const primaries of [0, 1, 2, 3, 200, 65_535]) {
    for (const transfer of [0, 1, 2, 6, SRGB, 14, 15, 200]) {
      const profile = colourProfile({ primaries, transfer, ...REST });
      strictEqual(profile, undefined);
    }
  }
});
