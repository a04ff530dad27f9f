/**
 * `/functions/v1`: finds a function, starts it when it is first called, and
 * passes requests on. A change of its files starts it anew.
 *
 * @module
 */
import { existsSync } from "node:fs";
import type { FunctionConfig } from "./config.ts";
import { forward, isTimeout, whenRead } from "./forward.ts";
import { bearerOf, type Keys } from "./keys.ts";
import { type FunctionProcess, startFunction } from "./process.ts";

/** The platform's: other methods do not reach a function. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const BOOT_ERROR = "Function failed to start (please check logs)";
const IDLE_TIMEOUT = "Function did not answer in time";

/** What a gateway needs to know. */
export interface Setting {
  /** `supabase/functions/`. */
  readonly folder: URL;
  /** What `config.toml` says about each function. */
  readonly functions: Readonly<Record<string, FunctionConfig>>;
  readonly keys: Keys;
  /** What a function finds in its environment when it starts. */
  env(): Readonly<Record<string, string>>;
  /** A function that nobody has called for so long ends. */
  readonly idleMs: number;
  /** The platform gives up on an answer after 150 s. */
  readonly answerMs: number;
  log(name: string, line: string): void;
}

/** A gateway in front of functions. */
export interface Functions extends AsyncDisposable {
  fetch(request: Request): Promise<Response>;
  /** Ends what runs, once it has answered; the next call starts it anew. */
  restart(): void;
}

interface Running {
  readonly name: string;
  readonly process: FunctionProcess;
  /** Whose answers have not been read to the end. */
  calls: number;
  /** Takes no new calls. */
  retired: boolean;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/** Serves the functions of `setting.folder`. */
export function openFunctions(setting: Setting): Functions {
  const { folder, functions, keys, idleMs, answerMs, log } = setting;
  const running = new Map<string, Running>();
  let closed = false;

  function start(name: string): Running {
    const program = {
      name,
      env: { ...setting.env(), SB_EXECUTION_ID: crypto.randomUUID() },
      entryPoint: new URL(`${name}/index.ts`, folder),
      config: configOf(new URL(`${name}/`, folder)),
    };
    const process = startFunction(program, (line) => log(name, line));
    const it = { name, process, calls: 0, retired: false, idle: undefined };
    running.set(name, it);
    process.ended.then(() => retire(it));
    return it;
  }

  function retire(it: Running): void {
    it.retired = true;
    clearTimeout(it.idle);
    if (running.get(it.name) === it) running.delete(it.name);
    if (it.calls === 0) it.process.stop();
  }

  function begin(it: Running): () => void {
    clearTimeout(it.idle);
    it.calls++;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      it.calls--;
      if (it.calls > 0) return;
      if (it.retired) it.process.stop();
      else it.idle = setTimeout(() => retire(it), idleMs);
    };
  }

  async function call(name: string, request: Request): Promise<Response> {
    const it = running.get(name) ?? start(name);
    const end = begin(it);
    try {
      const port = await it.process.port.catch(() => undefined);
      if (port === undefined) {
        end();
        return refuse(503, "BOOT_ERROR", BOOT_ERROR);
      }
      return whenRead(await forward(request, name, port, answerMs), end);
    } catch (error) {
      end();
      if (isTimeout(error)) return refuse(504, "IDLE_TIMEOUT", IDLE_TIMEOUT);
      log(name, String(error));
      return refuse(500, "WORKER_ERROR", "Function exited without an answer");
    }
  }

  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const name = pathname.split("/")[3] ?? "";
      if (!METHODS.includes(request.method)) {
        return refuse(405, "METHOD_NOT_ALLOWED", "Method not allowed", {
          allow: METHODS.join(", "),
        });
      }
      if (closed || !await hasFunction(folder, name)) {
        return refuse(404, "NOT_FOUND", "Requested function was not found");
      }
      const { verifyJwt = true } = functions[name] ?? {};
      const isPreflight = request.method === "OPTIONS";
      if (verifyJwt && !isPreflight) {
        const refusal = await refuseStranger(request, keys);
        if (refusal !== undefined) return refusal;
      }
      return await call(name, request);
    },
    restart() {
      for (const it of running.values()) retire(it);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const all = [...running.values()];
      for (const it of all) retire(it);
      await Promise.all(all.map((it) => it.process.stop()));
    },
  };
}

/** A function needs none: its imports may name packages in full. */
function configOf(folder: URL): URL | undefined {
  return ["deno.json", "deno.jsonc"].map((name) => new URL(name, folder))
    .find((file) => existsSync(file));
}

/** A function's folder has a plain name, so that a path cannot leave its home. */
async function hasFunction(folder: URL, name: string): Promise<boolean> {
  if (!/^[A-Za-z0-9-][\w-]*$/.test(name)) return false;
  try {
    return (await Deno.stat(new URL(`${name}/index.ts`, folder))).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** `verify_jwt`: takes a project's key as well, and so proves no user. */
async function refuseStranger(
  request: Request,
  keys: Keys,
): Promise<Response | undefined> {
  const known = [keys.publishable, keys.secret];
  const bearer = bearerOf(request);
  if (known.includes(request.headers.get("apikey") ?? "")) {
    if (bearer === undefined || known.includes(bearer)) return undefined;
  }
  if (bearer === undefined) {
    const message = "Missing authorization header";
    return refuse(401, "UNAUTHORIZED_NO_AUTH_HEADER", message);
  }
  if (await keys.verify(bearer) !== undefined) return undefined;
  return refuse(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
}

function refuse(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = { ...headers, "sb-error-code": code };
  return Response.json({ code, message }, { status, headers: all });
}
