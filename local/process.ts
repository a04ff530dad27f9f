/**
 * One function in a process of its own: its own `deno.json`, its own
 * environment, and an end that nothing else feels.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./text_lines.ts";

/** What a function is started with. */
export interface Program {
  readonly name: string;
  readonly entryPoint: URL;
  /** The function's own `deno.json`, if it has one. */
  readonly config: URL | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** A function that has been started. */
export interface FunctionProcess {
  /** Where it listens. Rejects if it ends before it does. */
  readonly port: Promise<number>;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

const WORKER = new URL("./worker.ts", import.meta.url);

/** What the platform lets a function do. Everything else asks and is refused. */
const PERMISSIONS = [
  "--allow-env",
  "--allow-net",
  "--allow-read",
  "--allow-sys",
  "--allow-write=/tmp",
];

/** Starts `program`. `log` gets each line that it prints. */
export function startFunction(
  program: Program,
  log: (line: string) => void,
): FunctionProcess {
  const { entryPoint, config, env } = program;
  const word = crypto.randomUUID();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-lock",
      "--no-check",
      // Without one of its own it would find that of the stack.
      config ? `--config=${fileURLToPath(config)}` : "--no-config",
      ...PERMISSIONS,
      WORKER.href,
      entryPoint.href,
      word,
    ],
    clearEnv: true,
    env: { ...hostEnvironment(), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const ready = Promise.withResolvers<number>();
  ready.promise.catch(() => {}); // whoever asks for the port hears of it
  const printed = eachLine(child.stdout, (line) => {
    if (line.startsWith(`${word} `)) ready.resolve(Number(line.split(" ")[1]));
    else log(line);
  });
  const complained = eachLine(child.stderr, log);
  let over = false;
  child.status.then(() => over = true);
  const ended = Promise.all([child.status, printed, complained]).then(() => {
    ready.reject(new Error(`${program.name} ended before it listened`));
  });

  return {
    port: ready.promise,
    ended,
    async stop() {
      if (!over) child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What Deno itself needs: its cache, a way to the registry, whom to trust. */
const HOST_NAMES = new RegExp(
  "^(?:PATH|HOME|USERPROFILE|(?:LOCAL)?APPDATA|SYSTEMROOT|TE?MP|TMPDIR|XDG_.*|" +
    "DENO_DIR|DENO_CERT|DENO_TLS_CA_STORE|NPM_CONFIG_REGISTRY|" +
    ".*_PROXY|SSL_CERT_.*|NODE_EXTRA_CA_CERTS)$",
  "i",
);

function hostEnvironment(): Record<string, string> {
  const names = Object.entries(Deno.env.toObject());
  const needed = names.filter(([name]) => HOST_NAMES.test(name));
  return { ...Object.fromEntries(needed), DENO_NO_UPDATE_CHECK: "1" };
}

async function eachLine(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) take(line);
}
