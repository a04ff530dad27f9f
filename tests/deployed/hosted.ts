/**
 * A function in a process like the platform's: its Deno, its memory, and no
 * more of the machine than the stack that the function works on.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { platformEnvironment } from "../../local/function_env.ts";
import type { Registry } from "../../tools/jsr/registry.ts";
import type { Place } from "../contracts/contract.ts";
import type { World } from "../world.ts";
import type { Form } from "./form.ts";
import { hostedDeno, TRUST } from "./hosted_deno.ts";
import { serveEntry } from "./served.ts";

/** In MiB. V8 adds 48 for what is young: the heap has 256, as the platform's. */
const OLD_SPACE_MIB = 208;

/** What a scraper shows. */
export const METRICS_TOKEN = "a-token-for-nothing-but-metrics";

/** A function that is to run. */
export interface Program {
  readonly name: string;
  readonly form: Form;
  readonly world: World;
  readonly registry: Registry;
  /** Its project's own settings. It may talk to the hosts in them. */
  readonly own?: Readonly<Record<string, string>>;
}

/** A function that runs. */
export interface Hosted extends Place, AsyncDisposable {
  readonly pid: number;
}

/** Starts a function, and waits until it listens. */
export async function startHosted(program: Program): Promise<Hosted> {
  const { name, form, world, registry, own = {} } = program;
  const { url, keys } = world.stack;
  const platform = await platformEnvironment({ url, keys, registry });
  const env = {
    ...platform,
    WEBHOOK_SECRET: keys.webhookSecret,
    PORTICO_LINK_KEYS: keys.linkKey,
    PORTICO_METRICS_TOKEN: METRICS_TOKEN,
    LOG_REQUESTS: "false",
    ...own,
  };
  const hosts = hostsOf([url, ...Object.values(own)]);
  const served = await serveEntry({
    deno: await hostedDeno(),
    args: [
      "--no-prompt",
      `--v8-flags=--max-old-space-size=${OLD_SPACE_MIB}`,
      `--allow-net=127.0.0.1:0,${hosts}`,
      // As there: libraries look through it for switches of their own.
      "--allow-env",
      `--allow-read=${fileURLToPath(form.folder)}`,
      ...form.args,
    ],
    env: { ...env, ...TRUST, ...form.env },
    entryPoint: form.entryPoint,
  });
  return {
    world,
    pid: served.pid,
    call: (path, init) => fetch(`${served.url}/${name}${path}`, init),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** The hosts of those of `values` that are URLs. */
function hostsOf(values: readonly string[]): string[] {
  return values.filter((it) => URL.canParse(it)).map((it) => new URL(it).host);
}
