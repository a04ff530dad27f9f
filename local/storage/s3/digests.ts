/**
 * What senders say their bytes come to, and whether they do. CRC32C and
 * CRC64NVME are not looked at; the real server looks at none. No I/O.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { badDigest } from "./errors.ts";

/** The digest of bytes that come piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** In base64. To be called once. */
  result(): string;
}

const ALGORITHMS: Readonly<Record<string, () => Digest>> = {
  "content-md5": () => hashed("md5"),
  "x-amz-checksum-crc32": checksum,
  "x-amz-checksum-sha1": () => hashed("sha1"),
  "x-amz-checksum-sha256": () => hashed("sha256"),
};

function hashed(algorithm: string): Digest {
  const hash = createHash(algorithm);
  return {
    update: (bytes) => void hash.update(bytes),
    result: () => hash.digest("base64"),
  };
}

function checksum(): Digest {
  let sum = 0;
  return {
    update: (bytes) => sum = crc32(bytes, sum),
    result() {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, sum);
      return bytes.toBase64();
    },
  };
}

/**
 * Passes `chunks` on, and throws `BadDigest` at their end unless they come to
 * what `headers` say, or `trailer`, which is read last, for the names that
 * `x-amz-trailer` announces.
 */
export async function* checkDigests(
  chunks: AsyncIterable<Uint8Array>,
  headers: Headers,
  trailer: () => Headers,
): AsyncGenerator<Uint8Array, void> {
  const announced = headers.get("x-amz-trailer")?.toLowerCase()
    .split(/\s*,\s*/) ?? [];
  const digests = Object.entries(ALGORITHMS)
    .filter(([name]) => headers.has(name) || announced.includes(name))
    .map(([name, start]) => ({ name, digest: start() }));

  for await (const chunk of chunks) {
    for (const { digest } of digests) digest.update(chunk);
    yield chunk;
  }
  for (const { name, digest } of digests) {
    const claimed = headers.get(name) ?? trailer().get(name);
    if (claimed !== digest.result()) throw badDigest();
  }
}
