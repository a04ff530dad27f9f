import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type Chunking, chunksOf, type Format } from "./chunk.ts";
import { isBlank } from "./safe.ts";
import { formats, sections, texts } from "./testing/documents.ts";
import { tokensOf } from "./tokens.ts";

function contents(text: string, how: Partial<Chunking> = {}): string[] {
  const all = { format: "text", maxTokens: 16, overlapTokens: 0 } as const;
  return chunksOf(text, { ...all, ...how }).map(({ content }) => content);
}

const BLANK: [why: string, text: string][] = [
  ["nothing", ""],
  ["spaces", " \t\r\n\n"],
  ["a space that does not break, and one without width", "\u00A0\u200B"],
  ["a mark for the order of bytes", "\uFEFF"],
  ["joiners and selectors", "\u200D\uFE0F\u2060\u00AD"],
  ["NUL", "\0\0"],
];

for (const [why, text] of BLANK) {
  for (const format of formats) {
    Deno.test(`chunksOf() has no chunk for ${why} in ${format}`, () => {
      deepStrictEqual(contents(text, { format }), []);
    });
  }
}

const SAFE: [why: string, text: string, chunks: string[]][] = [
  ["NUL and other controls", "a\0b\x1B[0m\x7Fc", ["a b [0m c"]],
  ["half a pair", "a\uD83D b\uDE00", ["a\uFFFD b\uFFFD"]],
  ["line breaks of all kinds", "a\r\nb\rc\u2028d", ["a\nb\nc\nd"]],
  ["an accent apart from its letter", "cafe\u0301", ["café"]],
  ["a soft hyphen", "hy\u00ADphen", ["hyphen"]],
  ["one word", "  word  ", ["word"]],
  ["emoji alone", "👩‍🚀", ["👩‍🚀"]],
];

for (const [why, text, chunks] of SAFE) {
  Deno.test(`chunksOf() takes ${why}`, () => {
    deepStrictEqual(contents(text), chunks);
  });
}

Deno.test("chunksOf() parts at paragraphs before it parts at sentences", () => {
  const text = "One two three four five six.\n\nSeven eight. Nine ten eleven.";

  deepStrictEqual(contents(text), [
    "One two three four five six.",
    "Seven eight. Nine ten eleven.",
  ]);
});

Deno.test("chunksOf() parts a long paragraph at its sentences", () => {
  const text =
    "Here are words, and here. You see more of them, as I do? Yes, some.";

  deepStrictEqual(contents(text), [
    "Here are words, and here.",
    "You see more of them, as I do? Yes, some.",
  ]);
});

Deno.test("chunksOf() parts Chinese at its sentences", () => {
  const text = "千里之行始于足下。学而不思则罔！思而不学则殆。";

  deepStrictEqual(contents(text), [
    "千里之行始于足下。",
    "学而不思则罔！",
    "思而不学则殆。",
  ]);
});

Deno.test("chunksOf() parts a long sentence between words", () => {
  const chunks = contents("word ".repeat(30));

  ok(chunks.length > 1);
  for (const it of chunks) ok(/^(word )*word$/.test(it), it);
});

Deno.test("chunksOf() parts a text without spaces between characters", () => {
  const chunks = contents("👩🏽‍🚀".repeat(9), { maxTokens: 32 });

  ok(chunks.length > 1);
  for (const it of chunks) ok(/^(👩🏽‍🚀)+$/u.test(it), it);
});

Deno.test("chunksOf() repeats whole sentences of the chunk before", () => {
  const text =
    "One two three four five six. Six seven. Eight nine ten. Eleven, two.";

  deepStrictEqual(contents(text, { overlapTokens: 5 }), [
    "One two three four five six. Six seven.",
    "Six seven. Eight nine ten. Eleven, two.",
  ]);
});

Deno.test("chunksOf() repeats the last words of a sentence that is too long", () => {
  const chunks = contents("a b c d e f ".repeat(4), { overlapTokens: 3 });

  ok(chunks.length > 1);
  for (const [at, it] of chunks.slice(1).entries()) {
    const words = chunks[at]?.split(" ").slice(-2).join(" ");
    strictEqual(it.slice(0, 3), words);
  }
});

Deno.test("chunksOf() begins a chunk at each heading, and repeats nothing there", () => {
  const text = "# One\n\nSome words.\n\n## Two\n\nMore words.\n\n# Three\n\n" +
    "There are the most words here.";
  const how = { format: "markdown", overlapTokens: 8, maxTokens: 32 } as const;

  deepStrictEqual(contents(text, how), [
    "One\n\nSome words.",
    "Two\n\nMore words.",
    "Three\n\nThere are the most words here.",
  ]);
});

Deno.test("chunksOf() says in the middle of a section what it is about", () => {
  const text = "# Guide\n\n## Linux\n\n" + "Here are some words. ".repeat(9);
  const how = { format: "markdown", maxTokens: 48 } as const;

  const [first = "", ...others] = contents(text, how);

  ok(first.startsWith("Guide\n\nLinux\n\nHere are"), first);
  ok(others.length > 0);
  for (const it of others) {
    ok(it.startsWith("Guide › Linux\n\nHere are some words."), it);
  }
});

Deno.test("chunksOf() puts a heading with the first words under it", () => {
  const text = "# One two three four five\n\n" +
    "Here are some more of those that can not be all.";

  const [first = ""] = contents(text, { format: "markdown" });

  ok(first.startsWith("One two three four five\n\nHere are"), first);
});

Deno.test("chunksOf() puts a heading with the first lines under it", () => {
  const title = "one two four ".repeat(4).trim();
  const code = "one(two, six);\n".repeat(4);
  const how = { format: "markdown", maxTokens: 44 } as const;

  const [first = ""] = contents(`# ${title}\n\n~~~\n${code}~~~`, how);

  const lines = first.split("\n").slice(2);
  ok(lines.length > 0 && lines.every((it) => it === "one(two, six);"), first);
});

Deno.test("chunksOf() repeats no heading but in a path", () => {
  const text = Array.from({ length: 12 }, (_, at) => `# Part ${at}a`);
  const how = { format: "markdown", overlapTokens: 8 } as const;

  const all = contents(text.join("\n"), how).join("\n");

  for (const it of text.slice(0, -1)) {
    strictEqual(all.split(it.slice(2)).length, 2, it);
  }
});

Deno.test("chunksOf() sees that a line ends for its width alone", () => {
  const text =
    "One two three four five six seven. Eight\nnine ten one two four.";

  deepStrictEqual(contents(text), [
    "One two three four five six seven.",
    "Eight\nnine ten one two four.",
  ]);
});

for (const [what, format] of [["```", "markdown"], ["pre", "html"]] as const) {
  Deno.test(`chunksOf() keeps ${what} whole where it fits`, () => {
    const code = "let a = 1;\n\nlet b = 2;";
    const text = format === "html"
      ? `<p>Four words of prose.</p><pre>${code}</pre>`
      : `Four words of prose.\n\n\`\`\`js\n${code}\n\`\`\``;

    const how = { format, maxTokens: 16 };
    deepStrictEqual(contents(text, how), ["Four words of prose.", code]);
  });
}

Deno.test("chunksOf() parts code at its lines", () => {
  const code = "  one(two);\n\n".repeat(10);
  const how = { format: "markdown", maxTokens: 36 } as const;

  const chunks = contents(`~~~\n${code}~~~`, how);

  ok(chunks.length > 1);
  for (const it of chunks) {
    ok(/^one\(two\);(\n\n {2}one\(two\);)+$/.test(it), it);
  }
});

Deno.test("chunksOf() leaves no end that says nothing", () => {
  const how = { format: "markdown", maxTokens: 80 } as const;
  const paragraph = "Here are some words. ".repeat(16).trim();

  const within = contents(`${paragraph}\n\nEnd.`, how);
  const after = contents("# Long\n\nSome words.\n\n# Licence\n\nMIT", how);

  const full = contents("# Full\n\n" + "word ".repeat(78) + "\n\n# End", how);

  deepStrictEqual(after, ["Long\n\nSome words.\n\nLicence\n\nMIT"]);
  strictEqual(full.at(-1), "End");
  ok(within.length > 1);
  ok(within.every((it) => tokensOf(it) >= 10), within.at(-1));
});

const OUT_OF_BOUNDS: [maxTokens: number, overlapTokens: number][] = [
  [15, 0],
  [8193, 0],
  [NaN, 0],
  [16, -1],
  [16, 9],
];

for (const [maxTokens, overlapTokens] of OUT_OF_BOUNDS) {
  Deno.test(`chunksOf() refuses ${overlapTokens} of ${maxTokens} tokens`, () => {
    throws(() => contents("a", { maxTokens, overlapTokens }), RangeError);
  });
}

const hows: fc.Arbitrary<Chunking> = fc.record({
  format: fc.constantFrom<Format>(...formats),
  maxTokens: fc.integer({ min: 16, max: 90 }),
}).chain((it) =>
  fc.integer({ min: 0, max: Math.floor(it.maxTokens / 2) })
    .map((overlapTokens) => ({ ...it, overlapTokens }))
);

Deno.test("chunksOf() keeps to the tokens, and to what Postgres takes", () => {
  fc.assert(
    fc.property(texts, hows, (text, how) => {
      for (const { content } of chunksOf(text, how)) {
        ok(tokensOf(content) <= how.maxTokens, content);
        ok(content.isWellFormed() && !/[^\P{Cc}\n\t]/u.test(content));
        strictEqual(content, content.trim());
        strictEqual(content, content.normalize("NFC"));
        ok(!isBlank(content));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("chunksOf() says the same of a text each time", () => {
  fc.assert(
    fc.property(texts, hows, (text, how) => {
      deepStrictEqual(chunksOf(text, how), chunksOf(text, how));
    }),
  );
});

/** What can be seen of a text, in order. */
function seen(text: string): string {
  return text.toWellFormed().normalize("NFC")
    .replaceAll(/[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    // A mark may stand behind a letter now.
    .normalize("NFC");
}

Deno.test("chunksOf() without overlap has all of a text, in order", () => {
  fc.assert(
    fc.property(texts, hows, (text, how) => {
      const all = contents(text, { ...how, format: "text", overlapTokens: 0 });
      strictEqual(seen(all.join("")), seen(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("chunksOf() leaves the other sections as they were after an edit", () => {
  const edits = fc.tuple(sections, fc.nat(), fc.string());
  fc.assert(
    fc.property(edits, hows, ([parts, which, edit], how) => {
      // What ends a document may go with the section before it.
      const at = which % (parts.length - 2);
      const edited = parts.map((it, i) =>
        i === at ? `${it}\n\nof${at}x ${edit.replaceAll(/\W/g, "")}` : it
      );
      const others = (all: readonly string[]) =>
        contents(all.join("\n\n"), { ...how, format: "markdown" })
          .filter((it) => !it.includes(`of${at}x`));

      deepStrictEqual(others(edited), others(parts));
      ok(others(parts).length > 0);
    }),
  );
});
