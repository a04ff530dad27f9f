/**
 * Bodies in signed chunks, which older clients of AWS send, and what must be
 * true of them. The signatures come from code that AWS's examples vouch for.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { crc32 } from "node:zlib";
import {
  canonicalRequest,
  sha256,
  signerOf,
} from "../../local/storage/s3/signature.ts";
import { ENDPOINT, fetched, stateOf } from "./s3_world.ts";
import { world } from "./world.ts";

const BUCKET = "s3-chunked";
const CONTENT = ["one, ", "two", ""];

/** What may be wrong with a request. */
interface Wrong {
  readonly coding?: string;
  /** After it has been signed. */
  readonly body?: (body: string) => string;
  readonly decodedLength?: number;
  readonly trailer?: string;
}

function send(wrong: Wrong = {}): Promise<string> {
  const coding = wrong.coding ?? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const { accessKeyId, secretAccessKey, region } = world.keys.s3;
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const signer = signerOf(secretAccessKey, { timestamp, region });
  const url = new URL(`${ENDPOINT}/${BUCKET}/a.txt`);
  const headers = new Headers({
    host: url.host,
    "content-encoding": "aws-chunked",
    "x-amz-content-sha256": coding,
    "x-amz-date": timestamp,
    "x-amz-decoded-content-length": String(wrong.decodedLength ?? 8),
    ...coding.endsWith("-TRAILER") &&
      { "x-amz-trailer": "x-amz-checksum-crc32" },
  });
  const signedHeaders = [...headers.keys()];
  const signature = signer.signRequest(canonicalRequest({
    method: "PUT",
    path: url.pathname,
    query: url.searchParams,
    headers,
    signedHeaders,
    payloadHash: coding,
  }));
  const scope = `${timestamp.slice(0, 8)}/${region}/s3/aws4_request`;
  headers.set(
    "authorization",
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` +
      `SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
  );

  let previous = signature;
  const isSigned = coding.startsWith("STREAMING-AWS4");
  const chunks = CONTENT.map((text) => {
    previous = signer.signChunk(previous, sha256(text));
    const proof = isSigned ? `;chunk-signature=${previous}` : "";
    const end = text === "" ? "" : `${text}\r\n`;
    return `${text.length.toString(16)}${proof}\r\n${end}`;
  });
  const trailer = coding.endsWith("-TRAILER")
    ? wrong.trailer ?? `x-amz-checksum-crc32:${checksum()}\r\n`
    : "";
  const proof = isSigned && trailer !== ""
    ? `x-amz-trailer-signature:${
      signer.signTrailer(previous, sha256(trailer.replace("\r", "")))
    }\r\n`
    : "";
  const body = `${chunks.join("")}${trailer}${proof}\r\n`;
  return fetched(url.href, {
    method: "PUT",
    headers,
    body: wrong.body?.(body) ?? body,
  });
}

function checksum(): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(CONTENT.join("")));
  return bytes.toBase64();
}

const SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

for (
  const coding of [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    SIGNED_TRAILER,
    UNSIGNED,
  ]
) {
  Deno.test(`S3 takes ${coding} apart`, async () => {
    await world.service().storage.createBucket(BUCKET);

    equal(await send({ coding }), "200");

    const { data } = await world.service().storage.from(BUCKET)
      .download("a.txt");
    equal(await data?.text(), "one, two");
    const [row] = await world.objectsIn(BUCKET);
    equal(row?.metadata["size"], 8);
  });
}

const REFUSED: [why: string, wrong: Wrong, code: string][] = [
  [
    "a chunk with another byte",
    { body: (it) => it.replace("two", "tow") },
    "SignatureDoesNotMatch",
  ],
  [
    "a chunk less",
    { body: (it) => it.replace(/3;chunk[^]*two\r\n/, "") },
    "SignatureDoesNotMatch",
  ],
  [
    "a last chunk that did not come",
    { body: (it) => it.replace(/0;chunk[^]*$/, "") },
    "InvalidRequest",
  ],
  ["more bytes than it said", { decodedLength: 7 }, "IncompleteBody"],
  ["fewer bytes than it said", { decodedLength: 9 }, "IncompleteBody"],
  [
    "another checksum",
    { coding: UNSIGNED, trailer: "x-amz-checksum-crc32:AAAAAA==\r\n" },
    "BadDigest",
  ],
  ["no checksum", { coding: UNSIGNED, trailer: "" }, "BadDigest"],
  [
    "a checksum that somebody put there",
    {
      coding: SIGNED_TRAILER,
      body: (it) => it.replace(/(crc32:).*/, "$1AAAAAA=="),
    },
    "SignatureDoesNotMatch",
  ],
  ["an unknown coding", { coding: "STREAMING-OTHER" }, "InvalidArgument"],
];

for (const [why, wrong, code] of REFUSED) {
  Deno.test(`S3 refuses a body in chunks: ${why}`, async () => {
    await world.service().storage.createBucket(BUCKET);
    const before = await stateOf(BUCKET);

    equal(await send(wrong), code);

    deepEqual(await stateOf(BUCKET), before);
  });
}
