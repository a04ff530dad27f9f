import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { memory, watched } from "../../_shared/testing/bytes.ts";
import { KiB } from "../../_shared/units.ts";
import { join } from "./testing/fixtures.ts";
import { Walk } from "./walk.ts";

Deno.test("Walk reads numbers of either order", async () => {
  const walk = new Walk(memory(join("\0\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8")), 1);
  await walk.reaches(8);

  strictEqual(walk.byte(1), 0xfe);
  strictEqual(walk.u16(0), 0xfffe);
  strictEqual(walk.u32(0), 0xfffefdfc);
  strictEqual(walk.u16le(0), 0xfeff);
  strictEqual(walk.u24le(0), 0xfdfeff);
  strictEqual(walk.u32le(0), 0xfcfdfeff);
  strictEqual(walk.u64le(0), 0xfcfdfeff + 0xf8f9fafb * 2 ** 32);
  strictEqual(walk.is("\xfe\xfd", 1), true);
  strictEqual(walk.is("\xfe\xfe", 1), false);
});

Deno.test("Walk.reaches() is false where the file ends before", async () => {
  const walk = new Walk(memory(join("abcd")));

  strictEqual(await walk.reaches(4), true);
  strictEqual(await walk.reaches(5), false);
  walk.at = 4;
  strictEqual(await walk.reaches(0), true);
  strictEqual(await walk.reaches(1), false);
  walk.at = 2 ** 60;
  strictEqual(await walk.reaches(1), false);
});

Deno.test("Walk.holds() is what can be read without waiting", async () => {
  const walk = new Walk(memory(new Uint8Array(100 * KiB)));

  strictEqual(walk.holds(1), false);
  walk.at = 10;
  await walk.reaches(1);
  strictEqual(walk.holds(64 * KiB), true);
  strictEqual(walk.holds(64 * KiB + 1), false);
  strictEqual(walk.held().length, 64 * KiB);
  walk.at = 9;
  strictEqual(walk.holds(1), false);
  walk.at = 80 * KiB;
  strictEqual(walk.holds(1), false);
  strictEqual(walk.held().length, 0);
});

Deno.test("Walk reads nothing that it would not reach", async () => {
  const { bytes, ranges } = watched(join("abcd"));

  await new Walk(bytes, 2).reaches(3);

  deepStrictEqual(ranges, []);
});
