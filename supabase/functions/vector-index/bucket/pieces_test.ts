import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { rowOf } from "../testing/sink.ts";
import { bodiesOf, sentOf, surplusOf, vectorOf } from "./pieces.ts";

const PIECE = {
  n: 2,
  vector: "[0.6,-0.8]",
  metadata: '{"n": 2}',
  content: "x",
};

Deno.test("vectorOf() writes JSON that says what it was given", () => {
  const name = '["a\\"b", "ü"]';
  const content = 'a "quote",\n\u2028 and 🦆';

  const vector = JSON.parse(vectorOf({ name }, { ...PIECE, content }));

  deepStrictEqual(vector, {
    key: `${name}#2`,
    data: { float32: [0.6, -0.8] },
    metadata: { n: 2, content },
  });
});

Deno.test("vectorOf() keeps numbers that JavaScript has not", () => {
  const metadata = '{"id": 9007199254740993}';

  ok(
    vectorOf({ name: "[1]" }, { ...PIECE, metadata }).includes(
      '"id": 9007199254740993,',
    ),
  );
});

/** Texts of more than 40,000 bytes as JSON, by what is in them. */
const LONG: [what: string, character: string][] = [
  ["letters", "a"],
  ["umlauts", "ü"],
  ["ideographs", "猫"],
  ["emoji", "🦆"],
  ["what JSON escapes", "\u0001"],
  ["lines", "\n"],
];

for (const [what, character] of LONG) {
  Deno.test(`vectorOf() cuts a text of ${what} that is too long, and no more`, () => {
    const content = character.repeat(45_000);

    const { metadata } = JSON.parse(vectorOf({ name: "[1]" }, {
      ...PIECE,
      content,
    }));

    const bytes = new TextEncoder().encode(JSON.stringify(metadata)).length;
    ok(bytes <= 40_000 && bytes > 39_980, `${bytes} bytes`);
    ok(content.startsWith(metadata.content.replace(/\ufffd$/, "")));
    strictEqual(metadata.n, 2);
  });
}

Deno.test("vectorOf() leaves a text alone that is as long as may be", () => {
  const room = 40_000 - '{"n": 2,"content":""}'.length;
  const content = "x".repeat(room);

  const whole = JSON.parse(vectorOf({ name: "[1]" }, { ...PIECE, content }));
  const cut = JSON.parse(vectorOf({ name: "[1]" }, {
    ...PIECE,
    content: `${content}y`,
  }));

  deepStrictEqual([whole.metadata.content, cut.metadata.content], [
    content,
    content,
  ]);
});

Deno.test("bodiesOf() sends as many rows together as there is room for", () => {
  const rows = [1, 2, 3].map((n) => sentOf(rowOf(n, 2)));
  const [{ bytes = 0 } = {}] = rows;
  const counts = (max: number) => bodiesOf(rows, max).map((it) => it.length);

  deepStrictEqual(counts(3 * bytes), [3]);
  deepStrictEqual(counts(3 * bytes - 1), [2, 1]);
  deepStrictEqual(counts(1), [1, 1, 1]);
  deepStrictEqual(bodiesOf([]), []);
});

Deno.test("sentOf() knows how many bytes a row is in a body", () => {
  const { vectors, bytes } = sentOf({
    ...rowOf(1, 1),
    vectors: [{ ...PIECE, content: "猫" }],
  });

  strictEqual(bytes, new TextEncoder().encode(`${vectors.join()},`).length);
});

Deno.test("surplusOf() has nothing of a row that has more now", () => {
  deepStrictEqual(surplusOf({ name: "[1]", keep: 3, there: 2 }), []);
});
