/**
 * What is made to harm by being drawn: it ends, and the next is drawn.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import type { Source } from "../../supabase/functions/image-proxy/engine/source.ts";
import { svgHeader } from "../../supabase/functions/image-proxy/svg/header.ts";
import { svgSource } from "../../supabase/functions/image-proxy/svg/source.ts";
import { bytesOf, SIZE, svg } from "./drawings.ts";
import { HOSTILE } from "./hostile.ts";

/** What is left for a drawing where the rest is not much. */
const NS = 1.2e9;

const GOOD = svg('<circle cx="90" cy="70" r="50" opacity=".5"/>');

async function drawn(
  text: string,
  { size = SIZE, ns = NS }: { size?: Size; ns?: number } = {},
): Promise<Source | string> {
  const file = bytesOf(text);
  const header = svgHeader(file);
  ok(typeof header !== "string", String(header));
  // What says beforehand that it is too much is not begun.
  if ((header.decodeNs ?? 0) > ns) return "too costly";
  return await svgSource(file, header, { size, ns });
}

/** What is large is not compared itself: of what differs there is no end. */
function digestOf(result: Source | string): string {
  if (typeof result === "string" || !("pixels" in result)) return "none";
  const { pixels } = result;
  ok(pixels instanceof Uint8Array);
  return createHash("sha256").update(pixels).digest("hex");
}

const before = digestOf(await drawn(GOOD));

function endOf(result: Source | string): string {
  return typeof result === "string" ? result : "picture";
}

for (const { why, text, end } of HOSTILE) {
  Deno.test(`I11 SVG: ${why} ends, and the next is drawn`, async () => {
    const result = await drawn(text());

    strictEqual(endOf(result), end);
    strictEqual(digestOf(await drawn(GOOD)), before);
  });
}

Deno.test("I11 SVG: with less to spend, less is drawn", async () => {
  const text = svg("<circle r='9' opacity='.5'/>".repeat(100));

  strictEqual(endOf(await drawn(text)), "picture");
  strictEqual(endOf(await drawn(text, { ns: 155e6 })), "too costly");
  strictEqual(endOf(await drawn(text, { ns: 0 })), "too costly");
});

Deno.test("I7 SVG: more pixels than are made are not begun", async () => {
  const wide = { width: 65_535, height: 65_535 };

  strictEqual(endOf(await drawn(GOOD, { size: wide, ns: 1e18 })), "too costly");
});

Deno.test("I11 SVG: what has no memory left is too costly, and not broken", async () => {
  // 19 times as wide and high as the picture, and of that several.
  const text = svg(
    `<filter id="a" x="-9" y="-9" width="19" height="19">` +
      `<feGaussianBlur stdDeviation="9"/></filter>` +
      `<rect width="200" height="160" filter="url(#a)"/>`,
  );

  const result = await drawn(text, { size: { width: 2_000, height: 1_600 } });

  strictEqual(result, "too costly");
  strictEqual(digestOf(await drawn(GOOD)), before);
});

Deno.test("I11 SVG: nobody is asked for what is in a drawing", async () => {
  let hits = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(String(++hits)),
  );
  const at = `http://127.0.0.1:${server.addr.port}/a.png`;
  const asking = [
    `<image href="${at}"/>`,
    `<image xlink:href="${at}"/>`,
    `<use href="${at}#a"/>`,
    `<style>@import "${at}";</style>`,
    `<rect fill="url(${at}#a)"/>`,
    `<script href="${at}"/>`,
    `<a href="${at}"><rect width="9" height="9"/></a>`,
  ];

  for (const inside of asking) {
    const header = svgHeader(bytesOf(svg(inside)));
    if (typeof header !== "string") await drawn(svg(inside));
  }

  strictEqual(hits, 0);
  strictEqual(await (await fetch(at)).text(), "1");
});
