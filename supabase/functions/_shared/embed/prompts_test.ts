import { deepStrictEqual } from "node:assert/strict";
import { promptOf } from "./prompts.ts";

const SENTENCE = "Represent this sentence for searching relevant passages: ";
const TASK =
  "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";

const MODELS: [model: string, query: string, passage: string][] = [
  ["intfloat/e5-base-v2", "query: ", "passage: "],
  ["jeffh/intfloat-multilingual-e5-large:q8_0", "query: ", "passage: "],
  ["intfloat/multilingual-e5-large-instruct", `${TASK} `, ""],
  ["intfloat/e5-mistral-7b-instruct", `${TASK} `, ""],
  ["nomic-embed-text", "search_query: ", "search_document: "],
  ["nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "],
  ["BAAI/bge-small-en-v1.5", SENTENCE, ""],
  ["bge-large", SENTENCE, ""],
  ["bge-large:335m", SENTENCE, ""],
  ["BAAI/bge-base-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""],
  ["BAAI/bge-m3", "", ""],
  ["mxbai-embed-large:latest", SENTENCE, ""],
  ["snowflake-arctic-embed:22m", SENTENCE, ""],
  ["Snowflake/snowflake-arctic-embed-m-v1.5", SENTENCE, ""],
  ["snowflake-arctic-embed2", "query: ", ""],
  ["Snowflake/snowflake-arctic-embed-l-v2.0", "query: ", ""],
  ["Qwen/Qwen3-Embedding-0.6B", TASK, ""],
  [
    "google/embeddinggemma-300m",
    "task: search result | query: ",
    "title: none | text: ",
  ],
  ["text-embedding-3-small", "", ""],
  ["all-minilm", "", ""],
  ["a-model-that-nobody-knows", "", ""],
];

for (const [model, query, passage] of MODELS) {
  Deno.test(`promptOf() knows what ${model} was trained with`, () => {
    deepStrictEqual(
      [promptOf(model, "query"), promptOf(model, "passage")],
      [query, passage],
    );
  });
}
