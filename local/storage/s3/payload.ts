/**
 * The body of a request, as its signature has it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { chunksOf, declaredLength } from "../incoming.ts";
import { decodeChunks } from "./aws_chunked.ts";
import { checkDigests } from "./digests.ts";
import {
  contentSha256Mismatch,
  incompleteBody,
  invalidArgument,
} from "./errors.ts";
import type { Signer } from "./signature.ts";

/** Bytes that are good once the last of them has come. */
export interface Payload {
  /** Of what is inside, where the sender says. */
  readonly contentLength: number | undefined;
  /** To be read once. Throws at the end if they are not what was signed. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A signature that has been verified. */
export interface Proof {
  readonly signer: Signer;
  readonly signature: string;
  readonly payloadHash: string;
}

const SIGNED_CHUNKS = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;
const UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** Opens the body of `request`. Throws `InvalidArgument` for unknown codings. */
export function payloadOf(request: Request, proof: Proof): Payload {
  const { headers } = request;
  const { payloadHash, signer, signature } = proof;
  const declared = declaredLength(request);
  const body = counted(chunksOf(request), declared);

  const isSigned = SIGNED_CHUNKS.test(payloadHash);
  if (isSigned || payloadHash === UNSIGNED_CHUNKS) {
    const decoded = Number(headers.get("x-amz-decoded-content-length") ?? NaN);
    if (!Number.isSafeInteger(decoded) || decoded < 0) throw incompleteBody();
    let trailer = new Headers();
    const inside = decodeChunks(body, {
      signer: isSigned ? signer : undefined,
      signature,
      onTrailer: (it) => trailer = it,
    });
    const chunks = checkDigests(
      counted(inside, decoded),
      headers,
      () => trailer,
    );
    return { contentLength: decoded, chunks };
  }

  const hashed = hashCheck(body, payloadHash);
  const chunks = checkDigests(hashed, headers, () => new Headers());
  return { contentLength: declared, chunks };
}

/** `chunks`, if they are as many bytes as were declared. */
async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  declared: number | undefined,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
  }
  if (declared !== undefined && bytes !== declared) throw incompleteBody();
}

function hashCheck(
  chunks: AsyncIterable<Uint8Array>,
  expected: string,
): AsyncIterable<Uint8Array> {
  if (expected === "UNSIGNED-PAYLOAD") return chunks;
  if (/^[0-9a-f]{64}$/.test(expected)) return hashChecked(chunks, expected);
  throw invalidArgument("x-amz-content-sha256 is none that is known");
}

async function* hashChecked(
  chunks: AsyncIterable<Uint8Array>,
  expected: string,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== expected) throw contentSha256Mismatch();
}

/** All of a payload as text. Throws `InvalidArgument` past `maxBytes`. */
export async function textOf(
  { chunks }: Payload,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw invalidArgument("The body is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
