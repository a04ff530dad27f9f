/**
 * AVIF under the Deno that the hosted runtime is made of, without a right.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { decode } from "../../supabase/functions/image-proxy/avif/decoder.ts";
import { encode } from "../../supabase/functions/image-proxy/avif/encoder.ts";
import { HOSTED, hostedDeno, TRUST } from "../deployed/hosted_deno.ts";
import { KINDS, makeAvifs } from "./pictures.ts";

const PROGRAM = new URL("../programs/avif.ts", import.meta.url);

const sources = await makeAvifs();

for (const name of ["4:2:0", "4:4:4 with alpha, 10 bits"]) {
  Deno.test(`${name}: the hosted runtime makes the same of AVIF`, async () => {
    const index = KINDS.findIndex((kind) => kind.name === name);
    const source = Uint8Array.from(sources[index] ?? []);

    const child = new Deno.Command(await hostedDeno(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--no-check", "--no-config"],
        ...["--no-lock", "--no-npm", PROGRAM.href],
      ],
      env: TRUST,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const sent = new Blob([source]).stream().pipeTo(child.stdin);
    const { stdout, success } = await child.output();
    await sent;

    ok(success);
    const picture = await decode(source);
    ok(typeof picture !== "string");
    const file = await encode(picture, { quality: 60 });
    ok(typeof file !== "string");
    deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
      deno: HOSTED,
      granted: 0,
      pixels: Array.from(picture.pixels),
      cut: "truncated",
      again: picture.pixels.length,
      file: Array.from(file),
    });
  });
}
