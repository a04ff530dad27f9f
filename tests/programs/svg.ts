/**
 * SVG under a Deno that is not the tests' own: reads one from its input, and
 * says what became of it, of one that is too much after it, and of it again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";

async function drawn(file: Uint8Array): Promise<string> {
  const header = svgHeader(file);
  if (typeof header === "string") return header;
  const { size } = header;
  const made = await svgSource(file, header, { size, ns: 1.2e9 });
  if (typeof made === "string") return made;
  if (!("pixels" in made)) return "a file";
  return createHash("sha256").update(made.pixels as Uint8Array).digest("hex");
}

const source = new Uint8Array(
  await new Response(Deno.stdin.readable).arrayBuffer(),
);
const [start = "", rest = ""] = new TextDecoder().decode(source).split("</svg");
const circle = '<g id="u"><use href="#v"/></g><g id="v"><use href="#w"/></g>' +
  '<g id="w"><use href="#u"/></g>';
const states = await Promise.all(
  (["ffi", "run", "read", "write", "net", "env"] as const).map((name) =>
    Deno.permissions.query({ name })
  ),
);
const said = {
  deno: Deno.version.deno,
  granted: states.filter(({ state }) => state === "granted").length,
  pixels: await drawn(source),
  circle: await drawn(
    new TextEncoder().encode(`${start}${circle}</svg${rest}`),
  ),
  cut: await drawn(source.subarray(0, 99)),
  again: await drawn(source),
};
await new Blob([JSON.stringify(said)]).stream().pipeTo(Deno.stdout.writable);
