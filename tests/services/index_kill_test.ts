/**
 * What is promised of an index while everything fails: nothing is lost, nothing
 * is wrong, and no row suffers for another.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { killRun } from "../index/kill_run.ts";
import { serviceTest } from "./service.ts";

serviceTest(
  "W8 C3 workers are killed, the provider fails, the database crashes, and nothing is lost",
  async () => {
    const seed = Math.floor(Math.random() * 1e9);

    const report = await killRun({
      ...{ changes: 2_000, seed, workers: 4, rate: 150, isKind: false },
    });

    const { missing, wrong, extra, innocent, spared, drift, proof } = report;
    const { rows: _, dead: __, ...proved } = proof;
    const text = JSON.stringify(report);
    deepStrictEqual(
      { missing, wrong, extra, innocent, spared, drift },
      { missing: 0, wrong: 0, extra: 0, innocent: 0, spared: 0, drift: 0 },
      text,
    );
    deepStrictEqual(
      proved,
      { missing: 0, stale: 0, extra: 0, queued: 0 },
      text,
    );
    // It was as hard as it is meant to be.
    ok(report.byUs > 20 && report.byRows > 5 && report.restarts === 1, text);
    ok(report.dead > 0 && report.rows > 50, text);
  },
);
