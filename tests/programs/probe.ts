/**
 * A function that says what it is allowed to do. For a Deno that is not the
 * tests' own, so with nothing newer than 2.1.
 *
 * @module
 */
import { getHeapStatistics } from "node:v8";

/** Whether `act` is refused, and not broken in another way. */
async function isRefused(act: () => unknown): Promise<boolean> {
  try {
    await act();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
}

export default {
  async fetch(): Promise<Response> {
    return Response.json({
      deno: Deno.version.deno,
      heapMiB: getHeapStatistics().heap_size_limit / 2 ** 20,
      worker: "Worker" in globalThis,
      refused: {
        ffi: await isRefused(() => Deno.dlopen("libc.so.6", {})),
        run: await isRefused(() => new Deno.Command("true").output()),
        write: await isRefused(() => Deno.writeTextFile("/tmp/probe", "")),
        read: await isRefused(() => Deno.readTextFile("/etc/hostname")),
        net: await isRefused(() => fetch("http://127.0.0.1:1/")),
      },
    });
  },
};
