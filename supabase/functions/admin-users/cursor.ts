/**
 * Where a page of people ended, in a text that callers hand back. No I/O.
 *
 * It says nothing that its holder has not seen, and asks for nothing that they
 * could not ask for otherwise: so it is not signed.
 *
 * @module
 */
import { fromBase64url, toBase64url } from "../_shared/base64url.ts";

/** What pages are sorted by. */
export const SORTS = ["createdAt", "lastSignInAt", "email"] as const;

export interface Order {
  readonly sort: typeof SORTS[number];
  readonly order: "asc" | "desc";
}

/** The last row of a page. */
export interface Place {
  /** Its value in the order, as Postgres writes it. */
  readonly key: string;
  readonly id: string;
}

/** For people sorted in this order, and no other. */
export function cursorOf({ sort, order }: Order, { key, id }: Place): string {
  const parts = [sort, order, key, id];
  return toBase64url(new TextEncoder().encode(JSON.stringify(parts)));
}

/** `undefined` if it is not of this order, or not one of ours. */
export function placeOf(
  cursor: string,
  { sort, order }: Order,
): Place | undefined {
  const [ofSort, ofOrder, key, id, ...rest] = partsOf(cursor);
  if (ofSort !== sort || ofOrder !== order || rest.length > 0) return undefined;
  if (key === undefined || id === undefined || !UUID.test(id)) return undefined;
  const isKey = sort === "email" ? !key.includes("\0") : TIME.test(key);
  return isKey ? { key, id } : undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** As it is in JSON that Postgres writes. */
const TIME =
  /^(-infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d)$/;

function partsOf(cursor: string): string[] {
  try {
    const bytes = fromBase64url(cursor);
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(parts) && parts.every((it) => typeof it === "string")
      ? parts
      : [];
  } catch {
    return [];
  }
}
