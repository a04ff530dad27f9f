/**
 * Drawings that are broken at random, by a seed: each ends as a value, and none
 * leaves anything to the next.
 *
 *     deno run --allow-read --allow-run tests/svg/fuzz.ts [rounds] [seed]
 *
 * @module
 */
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { mutated } from "../engine/fuzz.ts";
import { dice } from "../index/random.ts";
import { bytesOf, DRAWINGS, svg } from "./drawings.ts";

/** What numbers turn over at, and what is none. */
const EDGES = [
  ...["0", "-1", "1e-9", "1e9", "1e38", "1e999", "-1e38", "NaN", "", "50%"],
  ...["0.5", "2147483648", "4294967296", "16777217", "#a", "url(#a)", "none"],
];

/** What happened, by how it ended. */
export type Ends = ReadonlyMap<string, number>;

/** With other values, and other names, in its marks. */
function twisted(text: string, below: (n: number) => number): string {
  const values = text.split(/((?<=[a-z]=")[^"]*(?="))/i);
  const changes = 1 + below(4);
  for (let i = 0; i < changes; i++) {
    // Every other one is a value: what is between them are marks.
    const at = 2 * below(Math.floor(values.length / 2)) + 1;
    const other = 2 * below(Math.floor(values.length / 2)) + 1;
    const edge = EDGES[below(EDGES.length)] ?? "";
    const number = () => edge;
    const value = values[at] ?? "";
    values[at] = below(3) === 0
      ? values[other] ?? ""
      : below(2) === 0
      ? value.replace(/[\d.]+/, number)
      : edge;
  }
  return values.join("");
}

async function endOf(file: Uint8Array): Promise<string> {
  const header = svgHeader(file);
  if (typeof header === "string") return header.replace(/:.*/, "");
  const size = { width: 60, height: 50 };
  const made = await svgSource(file, header, { size, ns: 0.4e9 });
  return typeof made === "string" ? made : "picture";
}

/** Breaks each of the drawings in turn, half of them but for their marks. */
export async function fuzz(rounds: number, seed: number): Promise<Ends> {
  const { below } = dice(seed);
  const ends = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const inside = DRAWINGS[round % DRAWINGS.length]?.inside ?? "";
    const whole = twisted(svg(inside), below);
    const file = bytesOf(whole);
    const end = await endOf(below(2) === 0 ? file : mutated(file, below));
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return ends;
}

if (import.meta.main) {
  const [rounds = 20_000, seed = 1] = Deno.args.map(Number);
  // deno-lint-ignore no-console -- a command talks to a terminal
  console.log({ rounds, seed, ends: await fuzz(rounds, seed) });
}
