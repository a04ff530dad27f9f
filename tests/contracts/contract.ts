/**
 * What each function promises over HTTP, in whatever form and under whatever
 * runtime it is served: one list, and every form is held to it.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { World } from "../world.ts";

/** A function that is served somewhere, and the stack that it works on. */
export interface Place {
  readonly world: World;
  /** Calls the function. `path` is what follows its name: "", "/health". */
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** One promise. */
export interface Clause {
  /** A sentence: it is the name of a test. */
  readonly name: string;
  run(place: Place): Promise<void>;
}

/** A request, and whom and what it needs. */
export interface Prepared {
  /** Makes that, once; then the request can be sent as often as wanted. */
  prepare(place: Place): Promise<() => Promise<Response>>;
}

/** A request that costs the function as much as any that it accepts. */
export interface Costly extends Prepared {
  /** What is costly about it. */
  readonly name: string;
  /** What it is answered with. */
  readonly status: number;
  /** How often it can be sent with the same effect. Ten times unless stated. */
  readonly times?: number;
}

/** All that a function promises over HTTP. */
export interface Contract {
  readonly clauses: readonly Clause[];
  /** The first one is what the function is for, and is sent to a cold start. */
  readonly costly: readonly [Costly, ...Costly[]];
  /**
   * One that cannot be answered while the database is away, and is then
   * reported. Absent if the function needs no database.
   */
  readonly failing?: Prepared;
}

/** What every function promises, which stands on these. */
export function isThere(
  name: string,
  dependencies: readonly string[] = ["database"],
): Clause {
  return {
    name:
      `${name} says that it is there, and what it stands on to who may know`,
    async run(place) {
      const { publishable, secret } = place.world.stack.keys;
      const ask = (apikey: string) =>
        place.call("/health", { headers: { apikey } });

      const response = await ask(publishable);
      const whole = await ask(secret);

      strictEqual(response.status, 200);
      const { missing, status, ...rest } = await response.json();
      deepStrictEqual(rest, { function: name, version: "local" });
      strictEqual(status, missing.length === 0 ? "ok" : "incomplete");
      strictEqual(whole.status, 200);
      const { dependencies: found } = await whole.json();
      deepStrictEqual(Object.keys(found), dependencies);
      for (const { status } of Object.values<{ status: string }>(found)) {
        strictEqual(status, "ok");
      }
    },
  };
}

/** The contract of the function `name`. It must have one. */
export async function contractOf(name: string): Promise<Contract> {
  const file = new URL(`./${name.replaceAll("-", "_")}.ts`, import.meta.url);
  const { contract }: { contract: Contract } = await import(file.href);
  ok(contract.clauses.length > 0);
  return contract;
}

/** The function `name`, where the stack serves it. */
export function behindGateway(world: World, name: string): Place {
  const base = `${world.stack.url}/functions/v1/${name}`;
  return { world, call: (path, init) => fetch(`${base}${path}`, init) };
}
