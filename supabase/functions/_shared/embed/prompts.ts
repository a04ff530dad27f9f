/**
 * What models want to read before a text: those that were trained with it find
 * less without it. No I/O.
 *
 * Source: the model cards on huggingface.co that are named below. A row that
 * changes makes other vectors of the same texts, so that indexes of its models
 * have to be made anew.
 *
 * @module
 */
import type { Purpose } from "./embedder.ts";

type Prompts = Readonly<Record<Purpose, string>>;

const NONE: Prompts = { query: "", passage: "" };

const SENTENCE: Prompts = {
  query: "Represent this sentence for searching relevant passages: ",
  passage: "",
};

const TASK = "Given a web search query, retrieve relevant passages that " +
  "answer the query";

/** The first that fits counts. Names may have an owner, a tag and a quantity. */
const FAMILIES: readonly [name: RegExp, prompts: Prompts][] = [
  // intfloat/multilingual-e5-large-instruct, intfloat/e5-mistral-7b-instruct
  [/\be5-.*\binstruct\b/, {
    query: `Instruct: ${TASK}\nQuery: `,
    passage: "",
  }],
  // intfloat/e5-base-v2, intfloat/multilingual-e5-large
  [/\be5-(?:small|base|large)\b/, { query: "query: ", passage: "passage: " }],
  // nomic-ai/nomic-embed-text-v1.5
  [/\bnomic-embed-text\b/, {
    query: "search_query: ",
    passage: "search_document: ",
  }],
  // BAAI/bge-large-en-v1.5, which Ollama calls bge-large
  [/\bbge-(?:small|base|large)(?:-en\b|$|:)/, SENTENCE],
  // BAAI/bge-large-zh-v1.5
  [/\bbge-(?:small|base|large)-zh\b/, {
    query: "为这个句子生成表示以用于检索相关文章：",
    passage: "",
  }],
  // mixedbread-ai/mxbai-embed-large-v1
  [/\bmxbai-embed-large\b/, SENTENCE],
  // Snowflake/snowflake-arctic-embed-l-v2.0, snowflake-arctic-embed2 of Ollama
  [/\barctic-embed(?:2\b|-[ml]-v2)/, { query: "query: ", passage: "" }],
  // Snowflake/snowflake-arctic-embed-m
  [/\barctic-embed\b/, SENTENCE],
  // Qwen/Qwen3-Embedding-0.6B
  [/\bqwen3-embedding\b/, {
    query: `Instruct: ${TASK}\nQuery:`,
    passage: "",
  }],
  // google/embeddinggemma-300m
  [/\bembeddinggemma\b/, {
    query: "task: search result | query: ",
    passage: "title: none | text: ",
  }],
];

/**
 * What is put before a text, empty for models that want nothing or are not known
 * here.
 *
 * @example A question is asked otherwise than it is answered
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { promptOf } from "./prompts.ts";
 *
 * equal(promptOf("nomic-embed-text:v1.5", "query"), "search_query: ");
 * equal(promptOf("nomic-embed-text:v1.5", "passage"), "search_document: ");
 * equal(promptOf("text-embedding-3-small", "query"), "");
 * ```
 */
export function promptOf(model: string, purpose: Purpose): string {
  const name = model.toLowerCase();
  const [, prompts = NONE] = FAMILIES.find(([it]) => it.test(name)) ?? [];
  return prompts[purpose];
}
