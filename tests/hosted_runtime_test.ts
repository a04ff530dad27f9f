/**
 * The functions under the Deno that the hosted runtime is compatible with, as
 * they are and bundled: each keeps its contract, with no more memory, network
 * and rights than it has there. Two of them in both forms and the rest bundled,
 * unless `-- --all` asks for more: `deno task test:budget`.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  factOf,
  startSentrySink,
} from "../supabase/functions/_shared/testing/sentry_sink.ts";
import { functionNames } from "../tools/imports.ts";
import { startRegistry } from "../tools/jsr/registry.ts";
import { contractOf, type Prepared } from "./contracts/contract.ts";
import { asWritten, bundled, type Form, type Source } from "./deployed/form.ts";
import { type Program, startHosted } from "./deployed/hosted.ts";
import { HOSTED } from "./deployed/hosted_deno.ts";
import { complaintsOf } from "./deployed/types.ts";
import { startWorld } from "./world.ts";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);

const world = await startWorld();
const registry = await startRegistry();
Deno.test.afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A port that nothing listens on. */
const NOBODY = "http://127.0.0.1:1";

type Make = (source: Source) => Form | Promise<Form>;

const WRITTEN: [how: string, make: Make] = ["as it is written", asWritten];
const BUNDLED: [how: string, make: Make] = ["bundled", bundled];

/** The one without packages of its own, and the one with most. */
const SAMPLE = ["image-proxy", "signed-upload"];

/** As they are deployed, and some of them as they are as well. */
function formsOf(name: string): [how: string, make: Make][] {
  const isSeen = Deno.args.includes("--all") || SAMPLE.includes(name);
  return isSeen ? [WRITTEN, BUNDLED] : [BUNDLED];
}

Deno.test("a function has the hosted runtime's memory and rights, and no more", async () => {
  const folder = new URL("./programs/", import.meta.url);
  const form: Form = {
    entryPoint: new URL("probe.ts", folder),
    folder,
    args: ["--no-config", "--no-lock"],
    env: {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  await using probe = await startHosted({
    name: "probe",
    form,
    world,
    registry,
  });

  deepStrictEqual(await (await probe.call("")).json(), {
    deno: HOSTED,
    heapMiB: 256,
    worker: false,
    refused: {
      ffi: true,
      run: true,
      write: true,
      read: true,
      net: true,
    },
  });
});

/** Its database is away, which it answers and reports: Sentry's SDK is late. */
async function reportsFailures(
  program: Program,
  { prepare }: Prepared,
): Promise<void> {
  const { world } = program;
  await using sentry = startSentrySink();
  const own = {
    SENTRY_DSN: sentry.dsn,
    SUPABASE_URL: NOBODY,
    SUPABASE_PUBLIC_URL: world.stack.url,
  };
  await using place = await startHosted({ ...program, own });

  const response = await (await prepare(place))();

  const { status } = response;
  ok(
    status >= 500,
    `the failing request of ${program.name}'s contract was answered with ` +
      `${status} while the database was away: choose one that needs it`,
  );
  const { instance } = await response.json();
  const [report] = await sentry.received("event");
  strictEqual(
    report && factOf(report, "tags.requestId"),
    instance.slice("urn:uuid:".length),
  );
}

for (const name of await functionNames(FUNCTIONS)) {
  Deno.test(`${name} names nothing that Deno ${HOSTED} has not`, async () => {
    strictEqual(await complaintsOf(name, registry), "");
  });

  for (const [how, make] of formsOf(name)) {
    Deno.test(`${name}, ${how}, keeps its contract under Deno ${HOSTED}`, async (t) => {
      const { clauses, failing } = await contractOf(name);
      // Its own: what one function's tests need can be in another's way.
      await using world = await startWorld();
      await using form = await make({ name, functions: FUNCTIONS, registry });
      const program = { name, form, world, registry };
      await using place = await startHosted(program);

      for (const clause of clauses) {
        await t.step(clause.name, () => clause.run(place));
      }
      await t.step({
        name: failing
          ? `${name} reports what fails`
          : `${name} has no failing request in its contract`,
        ignore: failing === undefined,
        fn: () => failing && reportsFailures(program, failing),
      });
    });
  }
}
