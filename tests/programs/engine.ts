/**
 * Pictures under a Deno that is not the tests' own: reads one from its input,
 * and says what became of it, and of another after it.
 *
 * @module
 */
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";

const source = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const options = { width: 90, height: 60, format: "webp" } as const;
const results = [
  await transform(source, options),
  await transform(source.subarray(0, 999), options),
  await transform(source, options),
];
const states = await Promise.all(
  (["ffi", "run", "write", "net", "env"] as const).map((name) =>
    Deno.permissions.query({ name })
  ),
);
const said = {
  deno: Deno.version.deno,
  granted: states.filter(({ state }) => state === "granted").length,
  results: results.map((it) =>
    it.ok ? Array.from(it.picture.bytes) : it.failure
  ),
};
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);
