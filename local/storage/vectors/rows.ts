/**
 * The rows of `storage_vectors.vectors`, and as much of each as is shown. No
 * I/O.
 *
 * @module
 */
import { decode } from "./float32.ts";
import type { Metadata } from "./metadata.ts";

/** A vector as Postgres gives it. */
export interface Row {
  readonly key: string;
  /** In base64. */
  readonly data: string;
  readonly metadata: Metadata;
}

/** What is wanted beside the key. */
export interface Wanted {
  readonly returnData: boolean;
  readonly returnMetadata: boolean;
}

/** A vector as a client has it. */
export interface Shown {
  readonly key: string;
  readonly data?: { readonly float32: readonly number[] };
  readonly metadata?: Metadata;
}

/** As much of a row as is wanted. */
export function shown(
  { key, data, metadata }: Row,
  { returnData, returnMetadata }: Wanted,
): Shown {
  return {
    key,
    ...returnData && { data: { float32: Array.from(decode(data)) } },
    ...returnMetadata && { metadata },
  };
}
