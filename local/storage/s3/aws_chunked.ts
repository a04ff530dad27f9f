/**
 * The content coding `aws-chunked`: a body in chunks, each with a signature if
 * its sender likes, and then lines such as a checksum.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { invalidRequest } from "../errors.ts";
import { incompleteBody, signatureDoesNotMatch } from "./errors.ts";
import { isSame } from "./secrets.ts";
import { sha256, type Signer } from "./signature.ts";

/** How to take a body apart. */
export interface Coding {
  /** For chunks that are signed. */
  readonly signer: Signer | undefined;
  /** Of the request: what the first chunk's signature is chained to. */
  readonly signature: string;
  /** Gets the lines at the end, once they have been verified. */
  onTrailer(trailer: Headers): void;
}

/** Of the line before a chunk, and of all lines at the end. */
const MAX_LINE_BYTES = 16 * 1024;

const HEAD = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i;

/**
 * What is in the chunks, as it arrives. A chunk that was not signed is noticed
 * at its end, so that nothing may be done for good before the last byte.
 *
 * Throws `SignatureDoesNotMatch`, `IncompleteBody` or `InvalidRequest`.
 */
export async function* decodeChunks(
  body: AsyncIterable<Uint8Array>,
  { signer, signature, onTrailer }: Coding,
): AsyncGenerator<Uint8Array, void> {
  const input = reader(body);
  let previous = signature;
  for (let bytes = Infinity; bytes > 0;) {
    const [, size, signed = ""] = (await input.line())?.match(HEAD) ?? [];
    if (size === undefined) throw invalidRequest("Malformed chunk");
    bytes = Number.parseInt(size, 16);
    const hash = createHash("sha256");
    for await (const piece of input.take(bytes)) {
      hash.update(piece);
      yield piece;
    }
    if (signer !== undefined) {
      const expected = signer.signChunk(previous, hash.digest("hex"));
      if (!isSame(signed, expected)) throw signatureDoesNotMatch();
      previous = expected;
    }
    if (bytes > 0 && await input.line() !== "") {
      throw invalidRequest("Malformed chunk");
    }
  }
  onTrailer(await readTrailer(input, { signer, previous }));
}

async function readTrailer(
  input: Reader,
  { signer, previous }: { signer: Signer | undefined; previous: string },
): Promise<Headers> {
  const trailer = new Headers();
  let signed = "";
  let bytes = 0;
  for (let line; (line = await input.line()) !== undefined;) {
    bytes += line.length;
    const [, name, value = ""] = line.match(/^([\w-]+):\s*([!-~]*)\s*$/) ?? [];
    if (line === "") continue;
    if (name === undefined || bytes > MAX_LINE_BYTES) {
      throw invalidRequest("Malformed trailer");
    }
    trailer.set(name, value);
    const isProof = name.toLowerCase() === PROOF;
    if (!isProof) signed += `${name.toLowerCase()}:${value}\n`;
  }
  if (signer !== undefined && signed !== "") {
    const expected = signer.signTrailer(previous, sha256(signed));
    if (!isSame(trailer.get(PROOF) ?? "", expected)) {
      throw signatureDoesNotMatch();
    }
  }
  return trailer;
}

const PROOF = "x-amz-trailer-signature";

/** Hands out a body by lines and by lengths. */
interface Reader {
  /** Up to CR LF, or undefined at the end. Throws `InvalidRequest`. */
  line(): Promise<string | undefined>;
  /** Throws `IncompleteBody` if there are fewer. */
  take(bytes: number): AsyncGenerator<Uint8Array, void>;
}

function reader(body: AsyncIterable<Uint8Array>): Reader {
  const source = body[Symbol.asyncIterator]();
  let buffer = new Uint8Array();

  /** Whether there was more. */
  async function refill(): Promise<boolean> {
    const { done, value } = await source.next();
    if (done) return false;
    const joined = new Uint8Array(buffer.length + value.length);
    joined.set(buffer);
    joined.set(value, buffer.length);
    buffer = joined;
    return true;
  }

  return {
    async line() {
      for (;;) {
        const end = buffer.indexOf(LF);
        if (end < 0 && buffer.length > MAX_LINE_BYTES) {
          throw invalidRequest("Malformed chunk");
        }
        if (end >= 0) {
          const line = new TextDecoder().decode(buffer.subarray(0, end));
          buffer = buffer.subarray(end + 1);
          return line.replace(/\r$/, "");
        }
        if (await refill()) continue;
        if (buffer.length > 0) throw incompleteBody();
        return undefined;
      }
    },
    async *take(bytes) {
      for (let left = bytes; left > 0;) {
        if (buffer.length === 0 && !await refill()) throw incompleteBody();
        const piece = buffer.subarray(0, left);
        buffer = buffer.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
  };
}

const LF = 10;
