import { match, notStrictEqual, strictEqual } from "node:assert/strict";
import { tagOf } from "./etag.ts";
import type { Engine } from "./policy.ts";
import { wishOf } from "./wish.ts";

const ORDER = { wish: wishOf({ width: 64 }, "public"), newer: [] };
const WASM: Engine = { kind: "wasm" };

Deno.test("tagOf() is one strong tag for one picture", async () => {
  const tag = await tagOf("v1", ORDER, WASM);

  match(tag, /^"[\w-]{22}"$/);
  strictEqual(await tagOf("v1", { ...ORDER }, WASM), tag);
  notStrictEqual(await tagOf("v2", ORDER, WASM), tag);
  notStrictEqual(await tagOf("v1", { ...ORDER, newer: ["webp"] }, WASM), tag);
});

Deno.test("I16 who has other pictures made has other tags", async () => {
  const engines: Engine[] = [
    WASM,
    { kind: "storage" },
    { kind: "imgproxy" },
    { kind: "auto" },
    { kind: "auto", delegate: "storage" },
    { kind: "auto", delegate: "imgproxy" },
  ];

  const tags = await Promise.all(
    engines.map((engine) => tagOf("v1", ORDER, engine)),
  );

  strictEqual(new Set(tags).size, engines.length);
});
