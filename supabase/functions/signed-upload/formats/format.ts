/**
 * What a format of files says of one.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";

/** What a file says of itself. */
export interface Extent {
  /** Behind its last byte: what follows is none of its own. */
  readonly end: number;
  /**
   * What a decoder would have to hold: width × height, of all frames together.
   * 0 for what is no picture.
   */
  readonly pixels: number;
}

/**
 * Walks a file by its structure, from its front. `undefined` for what is not of
 * this format, cut short or malformed.
 *
 * A walk is total: whatever the bytes are, it resolves, and each step goes
 * forward. It says where a file ends and how large it is, not that it decodes.
 */
export type Format = (bytes: Bytes) => Promise<Extent | undefined>;
