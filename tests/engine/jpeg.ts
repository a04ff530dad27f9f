/**
 * JPEG, segment by segment.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** What a segment holds besides its length: ICC.1:2010, §B.4. */
const MOST = 65_533 - 14;

/** `jpeg`, which has none, with a profile. */
export function withProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array {
  const count = Math.ceil(profile.length / MOST);
  const segments = Array.from({ length: count }, (_, i) => {
    const part = profile.subarray(i * MOST, (i + 1) * MOST);
    const head = Buffer.from("....ICC_PROFILE\0..", "latin1");
    head.set([0xff, 0xe2]);
    head.writeUInt16BE(16 + part.length, 2);
    head.set([i + 1, count], 16);
    return Buffer.concat([head, part]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}
