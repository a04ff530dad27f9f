/**
 * The model that is at hand without a network: English words' vectors, of
 * which a text's is the mean. It knows what words mean, and not what their
 * order does.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";
import type { Embedded, Embedder } from "./embedder.ts";
import { markOf, meanOf } from "./static_en/mean.ts";
import { DIMENSIONS, type Table, tableOf } from "./static_en/table.ts";
import { wordsOf } from "./static_en/words.ts";

let table: Promise<Table> | undefined;

/**
 * English, by vectors of 60,000 words that a sentence encoder has taught. A word
 * that is none of them is like itself. It never fails, and a text may be of any length: nothing is
 * cut. Source and licences: `NOTICE`.
 */
export function staticEn(): Embedder {
  return {
    dimensions: DIMENSIONS,
    maxBatch: 1000,
    maxTokens: 8192,
    isFree: true,
    async embed(texts, { signal }): Promise<Embedded> {
      table ??= load();
      const known = await table;
      signal.throwIfAborted();
      const words = texts.map(wordsOf);
      return {
        vectors: words.map((its, at) =>
          meanOf(its, known) ?? markOf(texts[at] ?? "")
        ),
        tokens: words.reduce((sum, { length }) => sum + length, 0),
      };
    },
  };
}

async function load(): Promise<Table> {
  // Lazily: it is larger than everything else together.
  const { STATIC_EN } = await import("./static_en_table.ts");
  return tableOf(unpack(STATIC_EN), STATIC_EN.words);
}

/** The bytes of the table, from the text that it travels in. */
export function unpack({ brotli }: { readonly brotli: string }): Uint8Array {
  return brotliDecompressSync(Buffer.from(brotli, "base64"));
}
