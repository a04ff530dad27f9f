/**
 * The stack's port. It is taken first and served last, so that a port that is
 * taken is said before anything is done.
 *
 * @module
 */

type Handler = (request: Request) => Promise<Response>;

/** A port that is ours. */
export interface Entrance extends AsyncDisposable {
  readonly url: string;
  /** Lets requests through. Those that came before are told to come again. */
  open(serve: Handler): void;
}

/** How long a stop waits for answers that are under way. */
const PATIENCE_MS = 2_000;

/**
 * Takes `port` on loopback, or a free one for 0.
 *
 * @throws {Deno.errors.AddrInUse} if something else has it.
 */
export function openEntrance(
  port: number,
  log: (name: string, line: string) => void,
): Entrance {
  let serve: Handler = starting;
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen() {},
    onError(error) {
      log("gateway", error instanceof Error ? `${error.stack}` : `${error}`);
      return say(500, "The local stack has failed: see its output");
    },
  }, (request) => serve(request));

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    open: (handler) => serve = handler,
    async [Symbol.asyncDispose]() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, PATIENCE_MS);
      await Promise.race([server.shutdown(), late]);
      clearTimeout(timer);
    },
  };
}

function starting(): Promise<Response> {
  const response = say(503, "The local stack is starting");
  response.headers.set("retry-after", "1");
  return Promise.resolve(response);
}

function say(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
