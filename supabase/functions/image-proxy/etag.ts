/**
 * Entity tags: strong, one for each picture that can be made of an object.
 *
 * @module
 */
import { toBase64url } from "../_shared/base64url.ts";
import { makersOf } from "./makers.ts";
import type { Engine } from "./policy.ts";
import type { Order } from "./render.ts";
import { textOf } from "./wish.ts";

/** In characters of six bits: 132 bits, of which no two are alike by chance. */
const LENGTH = 22;

/**
 * The `etag` of what `order` makes of the object with this `etag`, by whom the
 * policy says. It needs no look at the picture.
 */
export async function tagOf(
  etag: string,
  { wish, newer }: Order,
  engine: Engine,
): Promise<string> {
  const facts = [...makersOf(engine), etag, textOf(wish), ...newer];
  const text = new TextEncoder().encode(JSON.stringify(facts));
  const digest = await crypto.subtle.digest("SHA-256", text);
  return `"${toBase64url(new Uint8Array(digest)).slice(0, LENGTH)}"`;
}
