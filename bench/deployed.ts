/**
 * How large is each function as it is deployed, and what does it use of what
 * the platform gives it? Under Deno 2.1.4, bundled.
 *
 *     deno task bench deployed
 *
 * Writes `bench/deployed.json`, which a test compares with.
 *
 * @module
 */
import {
  FUNCTIONS,
  measure,
  type Measures,
  RECORD,
} from "../tests/deployed/measure.ts";
import { functionNames } from "../tools/imports.ts";
import { startRegistry } from "../tools/jsr/registry.ts";
import { table } from "../tools/report.ts";

await using registry = await startRegistry();

const record: { [name: string]: Measures } = {};
for (const name of await functionNames(FUNCTIONS)) {
  record[name] = await measure(name, registry);
}
await Deno.writeTextFile(RECORD, JSON.stringify(record, undefined, 2) + "\n");

const MiB = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
table(
  [
    ...["function", "MiB", "brotli, MiB", "counted at most, MiB"],
    ...["the process, MiB", "CPU, cold, ms"],
  ],
  Object.entries(record).map(([name, it]) => [
    `\`${name}\``,
    ...[MiB(it.raw), MiB(it.brotli), MiB(it.countedBytes)],
    ...[MiB(it.peakBytes), `${it.coldMs}`],
  ]),
);
table(
  ["function", "request", "CPU, ms"],
  Object.entries(record).flatMap(([name, it]) =>
    Object.entries(it.requestMs).map((
      [what, ms],
    ) => [`\`${name}\``, what, ms.toFixed(0)])
  ),
);
