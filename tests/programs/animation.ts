/**
 * Animations under a Deno that is not the tests' own: reads one from its input,
 * and says what becomes of it.
 *
 * @module
 */
import { remade } from "../animation/remade.ts";

const source = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const said = { deno: Deno.version.deno, files: await remade(source) };
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);
