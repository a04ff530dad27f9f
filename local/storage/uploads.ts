/**
 * The routes that write objects.
 *
 * @module
 */
import type { Claims } from "../database.ts";
import { readIncoming } from "./incoming.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { verifyToken } from "./signed_urls.ts";
import { putObject, rulesFor, type Target } from "./store.ts";
import { forCaller, STORAGE_ITSELF, type Visit } from "./visit.ts";

/** `POST /object/:bucket/*` */
export const createObject = forCaller(async (call) => {
  const upsert = call.request.headers.get("x-upsert") === "true";
  const target = targetOf(call, { owner: call.claims.sub, upsert });
  const id = await receive(call, call.claims, target);
  return Response.json({ Id: id, Key: keyOf(target) });
});

/** `PUT /object/:bucket/*` */
export const updateObject = forCaller(async (call) => {
  const target = targetOf(call, { owner: call.claims.sub, upsert: true });
  const id = await receive(call, call.claims, target);
  return Response.json({ Id: id, Key: keyOf(target) });
});

/**
 * `PUT /object/upload/sign/:bucket/*`. The token is the permission, given when
 * it was signed, so that policies are not asked again.
 */
export async function uploadToSignedUrl(visit: Visit): Promise<Response> {
  const { owner, upsert } = await verifyToken(visit, "upload");
  const target = targetOf(visit, { owner, upsert: upsert === true });
  await receive(visit, STORAGE_ITSELF, target);
  return Response.json({ Key: keyOf(target) });
}

async function receive(
  { stack, request }: Visit,
  claims: Claims,
  target: Target,
): Promise<string> {
  requireBucketName(target.bucket);
  requireKey(target.name);
  const rules = await rulesFor(stack, target);
  const incoming = await readIncoming(request, rules);
  const { maxBytes } = rules;
  return (await putObject(stack, claims, { target, incoming, maxBytes })).id;
}

function targetOf(
  { bucket, name }: Visit,
  { owner, upsert }: Pick<Target, "owner" | "upsert">,
): Target {
  return { bucket, name, owner, upsert };
}

function keyOf({ bucket, name }: Target): string {
  return `${bucket}/${name}`;
}
