/**
 * A process that serves what a module exports, as the platform would: behind
 * `local/worker.ts`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../../local/text_lines.ts";

const WORKER = fileURLToPath(new URL("../../local/worker.ts", import.meta.url));

/** What is to be served, and by which Deno with which rights. */
export interface Entry {
  /** The path of its program. */
  readonly deno: string;
  /** For `deno run`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `export default { fetch }`, or a call of `Deno.serve`. */
  readonly entryPoint: URL;
}

/** A process that listens. */
export interface Served extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
}

/** Starts it, and waits until it listens. */
export async function serveEntry(entry: Entry): Promise<Served> {
  const { deno, args, env, entryPoint } = entry;
  const word = crypto.randomUUID();
  const child = new Deno.Command(deno, {
    args: ["run", "--quiet", ...args, WORKER, entryPoint.href, word],
    env: { ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let over = false;
  child.status.then(() => over = true);
  const lines: string[] = [];
  const port = Promise.withResolvers<number>();
  const listen = async (stream: ReadableStream<Uint8Array>) => {
    const text = stream.pipeThrough(new TextDecoderStream());
    for await (const line of text.pipeThrough(new TextLineStream())) {
      if (line.startsWith(`${word} `)) port.resolve(Number(line.split(" ")[1]));
      lines.push(line);
    }
  };
  const ended = Promise.all([listen(child.stdout), listen(child.stderr)]);
  ended.then(() => port.reject(new Error(lines.join("\n"))));

  return {
    pid: child.pid,
    url: `http://127.0.0.1:${await port.promise}`,
    async [Symbol.asyncDispose]() {
      if (!over) child.kill("SIGTERM");
      await Promise.all([ended, child.status]);
      await child.stdin.abort();
    },
  };
}
