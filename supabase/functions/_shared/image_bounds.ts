/**
 * How large a picture may be asked for. No I/O.
 *
 * @module
 */

/** In pixels. Source: supabase.com/docs, Storage, image transformations. */
export const MAX_SIDE = 2_500;
