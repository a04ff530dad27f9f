import { deepEqual, equal, rejects } from "node:assert/strict";
import { decodeChunks } from "./aws_chunked.ts";
import { signerOf } from "./signature.ts";

// From AWS's "Transferring Payload in Multiple Chunks", with and without a
// trailer: 65 KiB of the letter a.
const signer = signerOf("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {
  timestamp: "20130524T000000Z",
  region: "us-east-1",
});
const CONTENT = "a".repeat(66_560);

const PLAIN = {
  seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  body: bodyOf([
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ]),
};
const WITH_TRAILER = {
  seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
  body: bodyOf([
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
  ]) + "x-amz-checksum-crc32c:sOO8/Q==\r\n" +
    "x-amz-trailer-signature:" +
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
};
const UNSIGNED = {
  seed: "",
  body: `10000\r\n${"a".repeat(65_536)}\r\n400\r\n${"a".repeat(1024)}\r\n` +
    "0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n",
};

function bodyOf(signatures: string[]): string {
  const [first, second, last] = signatures;
  return `10000;chunk-signature=${first}\r\n${"a".repeat(65_536)}\r\n` +
    `400;chunk-signature=${second}\r\n${"a".repeat(1024)}\r\n` +
    `0;chunk-signature=${last}\r\n\r\n`;
}

async function decode(
  { seed, body }: { seed: string; body: string },
  pieceBytes = body.length,
): Promise<{ text: string; trailer: Record<string, string> }> {
  let trailer = new Headers();
  const chunks = decodeChunks(piecesOf(body, pieceBytes), {
    signer: seed === "" ? undefined : signer,
    signature: seed,
    onTrailer: (it) => trailer = it,
  });
  const text = await new Response(ReadableStream.from(chunks)).text();
  return { text, trailer: Object.fromEntries(trailer) };
}

async function* piecesOf(
  text: string,
  bytes: number,
): AsyncGenerator<Uint8Array, void> {
  const all = new TextEncoder().encode(text);
  for (let at = 0; at < all.length; at += bytes) {
    yield await Promise.resolve(all.subarray(at, at + bytes));
  }
}

for (const bytes of [7, 1000, 65_535, 100_000]) {
  Deno.test(`decodeChunks() takes AWS's examples apart in pieces of ${bytes}`, async () => {
    const plain = await decode(PLAIN, bytes);
    const trailed = await decode(WITH_TRAILER, bytes);
    const unsigned = await decode(UNSIGNED, bytes);

    for (const { text } of [plain, trailed, unsigned]) equal(text, CONTENT);
    deepEqual(plain.trailer, {});
    equal(trailed.trailer["x-amz-checksum-crc32c"], "sOO8/Q==");
    deepEqual(unsigned.trailer, { "x-amz-checksum-crc32c": "sOO8/Q==" });
  });
}

const FORGED: [why: string, of: { seed: string; body: string }, RegExp][] = [
  ["another byte", forge(PLAIN, "aa", "ab"), /does not match/],
  ["another seed", { ...PLAIN, seed: WITH_TRAILER.seed }, /does not match/],
  ["another trailer", forge(WITH_TRAILER, "sOO8", "sOO9"), /does not match/],
  [
    "no signature of the trailer",
    forge(WITH_TRAILER, "x-amz-trailer-signature:", "x-other:"),
    /does not match/,
  ],
  ["no signature of a chunk", { ...PLAIN, body: UNSIGNED.body }, /not match/],
  ["no last chunk", forge(PLAIN, /0;chunk-signature=b6.*$/s, ""), /Malformed/],
  ["half a chunk", forge(PLAIN, /aaaa\r\n400;.*$/s, ""), /number of bytes/],
  ["a chunk that is longer", forge(UNSIGNED, "10000", "ffff"), /Malformed/],
  ["no size", forge(UNSIGNED, "10000", "-1"), /Malformed/],
  ["an endless line", { seed: "", body: "1".repeat(20_000) }, /Malformed/],
];

function forge(
  { seed, body }: { seed: string; body: string },
  what: string | RegExp,
  by: string,
): { seed: string; body: string } {
  return { seed, body: body.replace(what, by) };
}

for (const [why, forged, reason] of FORGED) {
  Deno.test(`decodeChunks() refuses ${why}`, async () => {
    await rejects(decode(forged, 1000), reason);
  });
}
