import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { embeddingOf } from "./settings.ts";

const EMBED_URL = "http://ollama:11434/v1";

/** Of an environment, in which what is empty counts as unset. */
function read(env: Readonly<Record<string, string>>) {
  return embeddingOf((name) => env[name] || undefined);
}

Deno.test("embeddingOf() reads all that can be said", () => {
  const env = {
    EMBED_URL: `${EMBED_URL}//`,
    EMBED_KEY: "sk-proj-a_B.9~+/=:",
    EMBED_MAX_BATCH: "2048",
    EMBED_TIMEOUT_S: "120",
  };

  deepStrictEqual(read(env), {
    url: EMBED_URL,
    key: "sk-proj-a_B.9~+/=:",
    maxBatch: 2048,
    timeoutMs: 120_000,
  });
});

Deno.test("embeddingOf() reads nothing where there is no address", () => {
  strictEqual(read({ EMBED_MAX_BATCH: "0" }), undefined);
});

const WRONG: [name: string, value: string][] = [
  ["EMBED_URL", ""],
  ["EMBED_URL", "api.openai.com/v1"],
  ["EMBED_URL", "file:///v1"],
  ["EMBED_URL", "https://me:secret@api.example.com/v1"],
  ["EMBED_URL", "https://api.example.com/v1?key=secret"],
  ["EMBED_KEY", '"sk-1"'],
  ["EMBED_KEY", "sk-1\n"],
  ["EMBED_KEY", "sk 1"],
  ["EMBED_MAX_BATCH", "0"],
  ["EMBED_MAX_BATCH", "2049"],
  ["EMBED_MAX_BATCH", "1e3"],
  ["EMBED_MAX_BATCH", "6.4"],
  ["EMBED_TIMEOUT_S", "0"],
  ["EMBED_TIMEOUT_S", "121"],
  ["EMBED_TIMEOUT_S", "30s"],
];

for (const [name, value] of WRONG) {
  Deno.test(`embeddingOf() complains of ${name}=${JSON.stringify(value)}`, () => {
    const said = read({ EMBED_URL, EMBED_KEY: "sk-1", [name]: value });

    match(String(said), new RegExp(`^${name} must be `));
    strictEqual(String(said).includes("secret"), false);
  });
}
