/**
 * A server on a free loopback port, for tests.
 *
 * @module
 */

/** A running server. `await using` closes it. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** Starts a server whose requests `handle` answers. */
export function serve(
  handle: (request: Request) => Response | Promise<Response>,
): Server {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => handle(request),
  );
  const { port } = server.addr;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
