/**
 * Serves a function, and counts the memory that it takes as Supabase's edge
 * runtime counts it: what V8 uses of its heap, and buffers, the memory of
 * WebAssembly and what is garbage among them. Code, stacks and Deno itself are
 * not in it.
 *
 *     METERED=<entry point> deno run … local/worker.ts meter.ts <word>
 *
 * `GET …/-/memory` answers with the most of it, in bytes.
 *
 * Source: `MemCheck` of supabase/edge-runtime, `crates/base/src/runtime/mod.rs`,
 * which looks as memory is collected and from time to time, never within what
 * runs at a stretch; read 2026-11-22.
 *
 * @module
 */

/** In milliseconds. A look takes some 20 µs. */
const EVERY = 2;

let most = 0;

function look(): void {
  const { heapUsed, external } = Deno.memoryUsage();
  most = Math.max(most, heapUsed + external);
}

const { default: served } = await import(Deno.env.get("METERED") ?? "");

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.url.endsWith("/-/memory")) return Response.json(most);
    const looking = setInterval(look, EVERY);
    try {
      return await served.fetch(request);
    } finally {
      clearInterval(looking);
      look();
    }
  },
};
