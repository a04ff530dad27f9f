/**
 * What a function's process runs before the function: the part of Supabase's
 * edge runtime that functions can see.
 *
 *     deno run … local/worker.ts <entry point> <word>
 *
 * It prints the word and a port when it is ready.
 *
 * @module
 */

const [entryPoint = "", word = ""] = Deno.args;

interface Served {
  fetch?: Deno.ServeHandler;
}

const listen = Deno.serve.bind(Deno);
let listening = false;

/** As on the platform: whatever port is asked for, there is one server. */
function serve(handler: Deno.ServeHandler): Deno.HttpServer {
  if (listening) throw new Error("Cannot call Deno.serve twice");
  listening = true;
  return listen({
    hostname: "127.0.0.1",
    port: 0,
    // deno-lint-ignore no-console -- how the gateway learns the port
    onListen: ({ port }) => console.log(`${word} ${port}`),
  }, handler);
}

Object.defineProperty(Deno, "serve", {
  value(...given: unknown[]) {
    const handler = given.find((one) => typeof one === "function");
    const options = given[0] as { handler?: Deno.ServeHandler };
    return serve((handler as Deno.ServeHandler) ?? options.handler);
  },
});

Object.defineProperty(globalThis, "EdgeRuntime", {
  value: { waitUntil: (work: Promise<unknown>) => work },
});

// The platform has none.
Reflect.deleteProperty(globalThis, "Worker");

// The platform survives a promise that nobody waits for, and so must this.
addEventListener("unhandledrejection", (event) => {
  // deno-lint-ignore no-console -- the platform's own record of it
  console.error(event.reason);
  event.preventDefault();
});

const served: { default?: Served } = await import(entryPoint);
if (!listening) {
  const handler = served.default?.fetch;
  if (handler === undefined) {
    throw new Error(
      "Cannot serve: no Deno.serve and no default export { fetch }",
    );
  }
  serve(handler);
}

// The gateway holds the other end. When it goes, however it goes, so do we.
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
