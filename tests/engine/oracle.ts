/**
 * What sharp makes of a picture: the oracle of the engine's tests, and the maker
 * of what it is tested with.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Calls of sharp's methods, by name, one upon the other. */
export type Calls = readonly (readonly [name: string, ...args: unknown[]])[];

/** As it travels to the process. */
export interface Job {
  /** In base64. */
  readonly input: string;
  readonly raw?: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly calls: Calls;
}

/** What to make of which bytes. */
export interface Task {
  readonly input: Uint8Array;
  readonly raw?: NonNullable<Job["raw"]>;
  /** How the input is read. */
  readonly options?: NonNullable<Job["options"]>;
  readonly calls: Calls;
}

/**
 * The results of all `tasks`, in their order, from one process, which has `env`
 * besides its own.
 */
export async function sharp(
  tasks: readonly Task[],
  env: Readonly<Record<string, string>> = {},
): Promise<Uint8Array[]> {
  const jobs = tasks.map(({ input, ...rest }): Job => ({
    ...rest,
    input: Buffer.from(input).toString("base64"),
  }));
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--frozen",
      "--no-check",
      "--allow-ffi",
      "--allow-env",
      "--allow-read",
      "--allow-sys",
      new URL("sharp_process.ts", import.meta.url).href,
    ],
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const asked = new Blob([JSON.stringify(jobs)]).stream().pipeTo(child.stdin);
  const { stdout, success } = await child.output();
  await asked;
  if (!success) throw new Error("sharp has failed");
  const results: string[] = JSON.parse(new TextDecoder().decode(stdout));
  return results.map((it) => new Uint8Array(Buffer.from(it, "base64")));
}
