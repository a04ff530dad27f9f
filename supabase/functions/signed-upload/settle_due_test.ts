import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { MiB } from "../_shared/units.ts";
import { SETTLING } from "./policy.ts";
import type { World } from "./settle.ts";
import { settleDue } from "./settle_due.ts";
import type { Upload } from "./upload.ts";

/** An upload of so many bytes that only has to be moved. */
function accepted(n: number, bytes: number): Upload {
  return {
    id: String(n),
    owner: "u1",
    object: { bucket: "photos", path: `u1/${n}` },
    at: { bucket: "inbox", path: `u1/${n}` },
    ...{ type: "image/png", bytes, sha256: null, etag: null },
    ...{ state: "accepted", version: "1", quarantine: false },
    ...{ reason: null, detail: null },
    ...{ createdAt: "", expiresAt: "", arrivedAt: null, judgedAt: null },
  };
}

/** A world with so many of them, and strays. */
function worldOf(uploads: readonly Upload[], strays: readonly string[] = []) {
  const left = [...uploads];
  const removed: string[] = [];
  const sizes: number[] = [];
  const world: World = {
    arrivals: {
      claim(size) {
        sizes.push(size);
        return Promise.resolve(left.splice(0, size));
      },
      judge: () => Promise.reject(new Error("Not in this test")),
      strays: () =>
        Promise.resolve(strays.map((path) => ({ bucket: "inbox", path }))),
    },
    objects: {
      open: () => {
        throw new Error("Not in this test");
      },
      move: () => Promise.resolve(true),
      remove({ path }) {
        if (path === "stuck") return Promise.reject(new Error("Stuck"));
        removed.push(path);
        return Promise.resolve();
      },
    },
  };
  return { world, left, removed, sizes };
}

const NONE = { verified: 0, rejected: 0, elsewhere: 0, failed: 0, strays: 0 };

function fail(error: unknown): never {
  throw error;
}

Deno.test("settleDue() takes a few at a time until none is left", async () => {
  const uploads = Array.from({ length: 6 }, (_, n) => accepted(n, 1));
  const { world, sizes } = worldOf(uploads);

  deepStrictEqual(await settleDue(world, fail), { ...NONE, verified: 6 });

  deepStrictEqual(sizes, [4, 4, 4]);
});

Deno.test("settleDue() does its share, and leaves the rest to the next run", async () => {
  const uploads = Array.from({ length: 100 }, (_, n) => accepted(n, 1));
  const { world, left } = worldOf(uploads);

  const { verified } = await settleDue(world, fail);

  strictEqual(verified, SETTLING.maxUploads);
  strictEqual(left.length, 100 - SETTLING.maxUploads);
});

Deno.test("settleDue() begins no batch past its bytes", async () => {
  const uploads = Array.from({ length: 20 }, (_, n) => accepted(n, 10 * MiB));
  const { world } = worldOf(uploads);

  const { verified } = await settleDue(world, fail);

  strictEqual(verified, 8); // two batches of 40 MiB: 64 MiB are past
});

Deno.test("settleDue() removes strays, each for itself", async () => {
  const { world, removed } = worldOf([], ["a", "stuck", "b"]);
  const alerts: string[] = [];

  const tally = await settleDue(world, (it) => void alerts.push(String(it)));

  deepStrictEqual(tally, { ...NONE, strays: 2, failed: 1 });
  deepStrictEqual(removed, ["a", "b"]);
  deepStrictEqual(alerts, ["Error: Stuck"]);
});
