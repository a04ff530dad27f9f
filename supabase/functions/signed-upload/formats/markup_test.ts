import { strictEqual } from "node:assert/strict";
import { markupIn, type MarkupType } from "./markup.ts";
import { join } from "./testing/fixtures.ts";

const HTML = "text/html";
const SVG = "image/svg+xml";
const XML = "application/xml";

/** The signatures of WHATWG MIME Sniffing §7.1, with what ends them. */
const SIGNATURES = [
  "<!DOCTYPE HTML",
  "<HTML",
  "<HEAD",
  "<SCRIPT",
  "<IFRAME",
  "<H1",
  "<DIV",
  "<FONT",
  "<TABLE",
  "<A",
  "<STYLE",
  "<TITLE",
  "<B",
  "<BODY",
  "<BR",
  "<P",
  "<!--",
].flatMap((it) => [`${it} `, `${it}>`, `\t\n\f\r ${it.toLowerCase()}>`]);

const FOUND: [text: string, type: MarkupType][] = [
  ...SIGNATURES.map((text): [string, MarkupType] => [text, HTML]),
  ["<?xml", XML],
  ["<?xml version='1.0'?><note/>", XML],
  ["<?XML version='1.0'?>", XML],
  ["<?xml-stylesheet href='a'?><note/>", XML],
  ["<script\nsrc='a'>", HTML],
  ["<script/src='a'>", HTML],
  ["<!-- a --><!-- b --> text", HTML],
  ["<!-- never closed", HTML],
  ["<!--><script>", HTML],
  ["<?php echo 1 ?><html>", HTML],
  ["<svg>", SVG],
  ["<svg ", SVG],
  ["<svg/onload='a'>", SVG],
  ["<SvG\n", SVG],
  ["<s:svg xmlns:s='a'>", SVG],
  ["<!-- a --><svg>", SVG],
  ["<?xml version='1.0'?><!-- a --><svg>", SVG],
  ["<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'a'><svg>", SVG],
  ["<!DOCTYPE svg [<!ENTITY a 'b'>]> <svg>", SVG],
  ["<?xml version='1.0'?><!DOCTYPE html><html>", XML],
];

for (const [text, type] of FOUND) {
  Deno.test(`markupIn() finds ${type} in ${JSON.stringify(text)}`, () => {
    strictEqual(markupIn(join(text)), type);
    // A byte order mark hides nothing, nor do two bytes a letter.
    strictEqual(markupIn(join("\xef\xbb\xbf", text)), type);
    const units = Array.from(text, (it) => `${it}\0`).join("");
    strictEqual(markupIn(join("\xff\xfe", units)), type);
    strictEqual(markupIn(join("\xfe\xff\0", units.slice(0, -1))), type);
  });
}

const NOT_FOUND = [
  "",
  "plain",
  "a <script>",
  "< script>",
  "<",
  "<bold>",
  "<svgs>",
  "<html",
  "<doctype html>",
  "<!DOCTYPE note><note>",
  "<!DOCTYPE svg [ never closed <svg>",
  "<note/>",
  "<?php echo 1",
  "\0<html>",
];

for (const text of NOT_FOUND) {
  Deno.test(`markupIn() finds nothing in ${JSON.stringify(text)}`, () => {
    strictEqual(markupIn(join(text)), undefined);
  });
}

const SLOW: [why: string, text: string][] = [
  ["comments", "<!---->"],
  ["openings of comments", "<!--"],
  ["declarations", "<??>"],
  ["doctypes", "<!doctype a>"],
  ["doctypes that do not end", "<!doctype a ["],
  ["prefixes", "<a:"],
  ["spaces", " "],
];

for (const [why, text] of SLOW) {
  Deno.test(`markupIn() takes its time linearly over ${why}`, () => {
    const head = join(text.repeat(65_536 / text.length));
    const start = performance.now();

    markupIn(head);

    // A millisecond or two here; the square of 64 KiB would take seconds.
    strictEqual(performance.now() - start < 500, true);
  });
}
