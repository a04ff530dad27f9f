/**
 * Whether an uploaded file is what its ticket was for.
 *
 * Storage takes the type that the client says and looks at nothing. What it
 * then serves under that type is run by browsers and opened by people, so the
 * bytes are looked at here, as those of an enemy.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Bytes } from "../_shared/bytes.ts";
import { KiB, MiB } from "../_shared/units.ts";
import { formatOf } from "./formats/known.ts";
import { HEAD, sniff, wouldSniff } from "./formats/sniff.ts";
import { agrees, isZipped } from "./formats/types.ts";
import { endsAsZip } from "./formats/zip.ts";

/** Hashed at a time. */
const BLOCK = 64 * KiB;

/**
 * In bytes: the largest picture that is read whole, and half as much again. A
 * film or an archive that needs more is made to keep us busy.
 */
const MAX_LOOK = 96 * MiB;

/** What a file is said to be. */
export interface Claim {
  /** Media type without parameters, in lower case. */
  readonly type: string;
  readonly bytes: number;
  /** Width × height of a picture, of all its frames together. */
  readonly maxPixels: number;
  /** 64 hex digits in lower case. */
  readonly sha256?: string | undefined;
}

/** What is wrong with a file. */
export type Reason =
  | "size_mismatch"
  | "type_mismatch"
  | "malformed"
  | "trailing_bytes"
  | "too_many_pixels"
  | "checksum_mismatch";

/** What became of looking at a file. */
export type Verdict = { readonly ok: true } | Refusal;

/** Why a file cannot be kept. */
export interface Refusal {
  readonly ok: false;
  readonly reason: Reason;
  /** One sentence for the uploader, without anything of the file. */
  readonly detail: string;
}

/**
 * Looks at a file as far as it takes to say that it is as claimed, or what is
 * wrong first. Whatever the bytes are, there is a verdict; only a failure to
 * read them is thrown.
 *
 * Reads at most 96 MiB of the file, and all of it once more only if the claim
 * has a checksum.
 *
 * @example A page that says it is a picture
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { windowed } from "../_shared/bytes.ts";
 * import { verify } from "./verify.ts";
 *
 * const page = new TextEncoder().encode("<script>alert(1)</script>");
 * const bytes = windowed(page.length, () => Promise.resolve(page));
 * const claim = { type: "image/png", bytes: page.length, maxPixels: 1e6 };
 *
 * deepEqual(await verify(bytes, claim), {
 *   ok: false,
 *   reason: "type_mismatch",
 *   detail: 'Cannot keep the file as "image/png": it is "text/html"',
 * });
 * ```
 */
export async function verify(bytes: Bytes, claim: Claim): Promise<Verdict> {
  if (bytes.size !== claim.bytes) {
    return refusal(
      "size_mismatch",
      `Cannot keep ${bytes.size} bytes: ${claim.bytes} were announced`,
    );
  }
  const looked = looking(bytes);
  return await againstType(looked, claim) ??
    await againstFormat(looked, claim).catch(ifTooMuch) ??
    await againstArchive(bytes, claim) ??
    await againstChecksum(bytes, claim) ??
    { ok: true };
}

/** Thrown by a walk that has looked at as much as it may. */
class TooMuch extends Error {
  override readonly name = "TooMuch";
}

/** The same bytes, of which no more than `MAX_LOOK` are looked at. */
function looking({ size, at }: Bytes): Bytes {
  let left = MAX_LOOK;
  return {
    size,
    at(offset, length) {
      left -= length;
      return left < 0
        ? Promise.reject(new TooMuch("Cannot look at more of the file"))
        : at(offset, length);
    },
  };
}

function ifTooMuch(error: unknown): Refusal {
  if (!(error instanceof TooMuch)) throw error;
  return refusal(
    "malformed",
    "Cannot keep the file: it takes too much to find its end",
  );
}

function refusal(reason: Reason, detail: string): Refusal {
  return { ok: false, reason, detail };
}

async function againstType(
  bytes: Bytes,
  { type }: Claim,
): Promise<Refusal | undefined> {
  const found = await sniff(await bytes.at(0, HEAD));
  if (found === undefined) {
    if (!await wouldSniff(type)) return undefined;
    return refusal(
      "type_mismatch",
      `Cannot keep the file as "${type}": it does not begin as one`,
    );
  }
  if (agrees(type, found)) return undefined;
  return refusal(
    "type_mismatch",
    `Cannot keep the file as "${type}": it is "${found}"`,
  );
}

async function againstFormat(
  bytes: Bytes,
  { type, maxPixels }: Claim,
): Promise<Refusal | undefined> {
  const format = formatOf(type);
  const extent = await format?.(bytes);
  if (format !== undefined && extent === undefined) {
    return refusal(
      "malformed",
      `Cannot keep the file as "${type}": it is malformed or cut short`,
    );
  }
  const { end, pixels } = extent ?? { end: bytes.size, pixels: 0 };
  if (end !== bytes.size) {
    return refusal(
      "trailing_bytes",
      `Cannot keep the file as "${type}": it ends after ${end} of its ${bytes.size} bytes`,
    );
  }
  if (pixels <= maxPixels) return undefined;
  return refusal(
    "too_many_pixels",
    `Cannot keep a picture of ${pixels} pixels: at most ${maxPixels} are allowed`,
  );
}

async function againstArchive(
  bytes: Bytes,
  { type }: Claim,
): Promise<Refusal | undefined> {
  if (isZipped(type) || !await endsAsZip(bytes)) return undefined;
  return refusal(
    "type_mismatch",
    `Cannot keep the file as "${type}": it is an archive as well`,
  );
}

async function againstChecksum(
  bytes: Bytes,
  { sha256 }: Claim,
): Promise<Refusal | undefined> {
  if (sha256 === undefined) return undefined;
  // Web Crypto would want the whole file at once.
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.size; at += BLOCK) {
    hash.update(await bytes.at(at, BLOCK));
  }
  if (hash.digest("hex") === sha256) return undefined;
  return refusal(
    "checksum_mismatch",
    "Cannot keep the file: its SHA-256 is not the announced one",
  );
}
