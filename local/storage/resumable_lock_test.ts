import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { UploadLocks } from "./resumable_lock.ts";

const { signal } = new AbortController();

Deno.test("UploadLocks asks the holder to stop, and serves one after the other", async () => {
  const locks = new UploadLocks();
  const first = locks.newLock("a");
  const events: string[] = [];
  await first.lock(signal, () => void events.push("asked"));

  const others = Promise.all(
    ["b", "c"].map((name) =>
      locks.hold("a", async () => {
        events.push(`${name} begins`);
        await Promise.resolve();
        events.push(`${name} ends`);
      })
    ),
  );
  await first.unlock();
  await others;

  deepStrictEqual(events, [
    "asked",
    "asked",
    "b begins",
    "b ends",
    "c begins",
    "c ends",
  ]);
});

Deno.test("UploadLocks gives up when nobody lets go, and only on that upload", async () => {
  const locks = new UploadLocks(1);
  const first = locks.newLock("a");
  await first.lock(signal, () => {});

  await rejects(locks.hold("a", () => Promise.resolve()), {
    code: "LockTimeout",
    statusCode: 503,
  });
  strictEqual(await locks.hold("b", () => Promise.resolve(1)), 1);
  await first.unlock();
  strictEqual(await locks.hold("a", () => Promise.resolve(2)), 2);
});
