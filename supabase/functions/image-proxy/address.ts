/**
 * Addresses of objects, for who fetches them without a credential.
 *
 * @module
 */
import { bodyUpTo } from "../_shared/answer.ts";
import type { Get } from "../_shared/get.ts";
import { type Place, storageUnavailable } from "../_shared/place.ts";
import { isRecord } from "../_shared/record.ts";
import type { Viewer } from "./sources.ts";

/** In seconds: to be fetched at once. */
const LIFETIME_S = 60;

/** In bytes: a token is much shorter. */
const MAX_ANSWER = 8_192;

/** The one part of a link that is not known before. */
const TOKEN = /\?token=([\w-]+\.[\w-]+\.[\w-]+)$/;

/**
 * The address of an object in the project at `publicUrl`: the usual one of what
 * is public, and else one that Storage signs by the right of `viewer`.
 */
export async function addressOf(
  { bucket, path }: Place,
  publicUrl: string,
  [get, viewer]: readonly [Get, Viewer],
): Promise<string> {
  const where = `${bucket}/${encodeURI(path)}`;
  const base = `${publicUrl}/storage/v1/object`;
  if (viewer === "public") return `${base}/public/${where}`;
  const token = await tokenFor(where, get).catch(unavailable);
  // Its path is not taken from the answer: this is the object, and no other.
  return `${base}/sign/${where}?token=${token}`;
}

async function tokenFor(where: string, get: Get): Promise<string> {
  const json = { expiresIn: LIFETIME_S };
  const response = await get(`/storage/v1/object/sign/${where}`, {}, { json });
  const body = await bodyUpTo(response, MAX_ANSWER);
  if (!response.ok) throw new Error(`Status ${response.status}`);
  const answer: unknown = JSON.parse(new TextDecoder().decode(body));
  const link = isRecord(answer) ? String(answer["signedURL"]) : "";
  const token = link.match(TOKEN)?.[1];
  if (token === undefined) throw new Error("There is no token in the answer");
  return token;
}

function unavailable(cause: unknown): never {
  const detail = "Cannot sign a link to the object at the moment";
  throw storageUnavailable(detail, {}, { cause });
}
