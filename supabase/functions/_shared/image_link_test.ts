import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { toBase64url } from "./base64url.ts";
import type { LinkKey } from "./config.ts";
import { imageLinks } from "./image_link.ts";

const NOW = 1_800_000_000_000;
const EXPIRES = 1_800_000_060;
const PLACE = { bucket: "photos", path: "u1/me.png" };
const OPTIONS = "width=800&format=webp";

function keyOf(id: string, byte: number): LinkKey {
  return { id, secret: toBase64url(new Uint8Array(32).fill(byte)) };
}

const KEY = keyOf("k1", 1);
const links = imageLinks([KEY], () => NOW);
const token = await links.sign(PLACE, OPTIONS, EXPIRES);
const refusal = { title: "Link not valid", status: 403 };

Deno.test("a link holds its options and its end", async () => {
  const { options, expires } = await links.open(PLACE, token);

  deepStrictEqual({ ...options }, { width: 800, format: "webp" });
  strictEqual(expires, EXPIRES);
});

// RFC 5869 and RFC 2104, by another library.
Deno.test("a link is signed as its comment says", async () => {
  const { createHmac, hkdfSync } = await import("node:crypto");
  const secret = new Uint8Array(32).fill(1);
  const info = "portico image link 1";
  const key = new Uint8Array(hkdfSync("sha256", secret, "", info, 32));
  const head = token.slice(0, token.lastIndexOf("."));
  const fields = [head, PLACE.bucket, PLACE.path];
  const text = fields.map((it) => `${it.length}:${it}`).join("");

  const mac = createHmac("sha256", key).update(text).digest("base64url");

  strictEqual(token, `${head}.${mac}`);
});

const [id = "", payload = "", mac = ""] = token.split(".");
const widened = toBase64url(
  new TextEncoder().encode(JSON.stringify({ e: EXPIRES, o: "width=900" })),
);
const forever = toBase64url(
  new TextEncoder().encode(JSON.stringify({ e: EXPIRES * 2, o: OPTIONS })),
);
const spare = mac.slice(0, -1) +
  String.fromCharCode(mac.charCodeAt(mac.length - 1) + 1);

const FORGED: [why: string, token: string][] = [
  ["I4 an empty token", ""],
  ["I4 a token without its signature", `${id}.${payload}`],
  ["I4 a token with an empty signature", `${id}.${payload}.`],
  ["I4 a truncated signature", token.slice(0, -4)],
  ["I4 half of a signature", `${id}.${payload}.${mac.slice(0, 21)}`],
  ["I4 an extended signature", `${token}AAAA`],
  ["I4 a part more", `${token}.${mac}`],
  ["I4 other options", `${id}.${widened}.${mac}`],
  ["I4 another end", `${id}.${forever}.${mac}`],
  ["I4 a key that is not there", `k2.${payload}.${mac}`],
  ["I4 a key of a prototype", `__proto__.${payload}.${mac}`],
  ["I4 a long token", `${id}.${"A".repeat(5_000)}.${mac}`],
  ["I5 a signature with a spare bit", `${id}.${payload}.${spare}`],
  ["I5 a signature with padding", `${token}=`],
  ["I5 a signature with a space", `${id}.${payload}. ${mac}`],
];

for (const [why, forged] of FORGED) {
  Deno.test(`${why} opens nothing`, async () => {
    ok(forged !== token);
    await rejects(links.open(PLACE, forged), refusal);
  });
}

const ELSEWHERE: [why: string, bucket: string, path: string][] = [
  ["I4 another object", "photos", "u1/you.png"],
  ["I4 another folder", "photos", "u2/me.png"],
  ["I6 another bucket", "private", "u1/me.png"],
  // The same letters, cut elsewhere.
  ["I5 a bucket that takes of the path", "photosu1", "/me.png"],
  ["I5 a bucket with a slash", "photos/u1", "me.png"],
];

for (const [why, bucket, path] of ELSEWHERE) {
  Deno.test(`${why} is not opened by it`, async () => {
    await rejects(links.open({ bucket, path }, token), refusal);
  });
}

Deno.test("I4 a link is open until its second, and then no more", async () => {
  const at = (ms: number) => imageLinks([KEY], () => ms).open(PLACE, token);

  ok(await at(EXPIRES * 1000 - 1));
  await rejects(at(EXPIRES * 1000), refusal);
});

Deno.test("I4 a key that was rotated opens old links, and signs no new ones", async () => {
  const next = keyOf("k2", 2);
  const both = imageLinks([next, KEY], () => NOW);
  const renewed = await both.sign(PLACE, OPTIONS, EXPIRES);

  ok(await both.open(PLACE, token));
  ok(renewed.startsWith("k2."));
  await rejects(links.open(PLACE, renewed), refusal);
  await rejects(imageLinks([next], () => NOW).open(PLACE, token), refusal);
});

Deno.test("I4 a key of the same name and other bytes opens nothing", async () => {
  const other = imageLinks([keyOf("k1", 9)], () => NOW);

  await rejects(other.open(PLACE, token), refusal);
});

Deno.test("nothing is signed without a key, or with what are no options", async () => {
  const none = imageLinks([], () => NOW);

  const title = "Image links not configured";
  await rejects(none.sign(PLACE, OPTIONS, EXPIRES), { title, status: 501 });
  await rejects(none.open(PLACE, token), refusal);
  await rejects(links.sign(PLACE, "width=0", EXPIRES), TypeError);
});
