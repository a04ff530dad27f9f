/**
 * Documents that nobody wrote.
 *
 * @module
 */
import fc from "fast-check";
import type { Format } from "../chunk.ts";

export const formats: readonly Format[] = ["text", "markdown", "html"];

/** What readers take for a mark, words, and what is hard on a cut. */
const FRAGMENTS =
  ("word words Ich 千里 。 สวัสดี 👩🏽‍🚀 🇩🇪 e\u0301 \u0301 \u200D \u200B " +
    "\uFEFF \uD83D \uDE00 \0 \r\n # ## - * ** _ ~~ ` `` ``` ~~~ [ ] ( ) ![ ]( " +
    "][ > | |- --- === <!-- --> < </ <p> <h1> </h1> <ul> <li> <table> <tr> <td> " +
    '<pre> <script> </script> <a alt=" "> &amp; &#0; &#xD800; &#x301; \\ 1. ' +
    ". ! ? https://a.test/b?c=d DEADBEEF 0123456789").split(" ");

const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FRAGMENTS) },
  { weight: 4, arbitrary: fc.constantFrom(" ", "\n", "\n\n", "    ", "\t") },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map(unit) },
);

function unit(code: number): string {
  return String.fromCharCode(code);
}

/** In any format, and in none. */
export const texts: fc.Arbitrary<string> = fc
  .array(fragment, { maxLength: 120 })
  .map((it) => it.join(""));

/** Sections of a document in Markdown, each word of which says whose it is. */
export const sections: fc.Arbitrary<string[]> = fc
  .array(
    fc.record({
      level: fc.integer({ min: 1, max: 3 }),
      words: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 4, maxLength: 9 },
  )
  .map((all) =>
    all.map(({ level, words }, at) => {
      const text = Array.from(
        { length: words },
        (_, i) => `of${at}x${i % 7 === 6 ? ".\n\n" : ""}`,
      );
      return `${"#".repeat(level)} Part${at}\n\n${text.join(" ")}`;
    })
  );
