/**
 * URLs that carry their own permission.
 *
 * A token is good for one action on one object until it expires. It can be used
 * again and again: what stops a second upload is that the object exists.
 *
 * @module
 */
import { decodeJwt, errors, type JWTPayload } from "jose";
import * as v from "valibot";
import type { Keys } from "../keys.ts";
import { invalidJwt, invalidSignature } from "./errors.ts";
import { refuseVersion } from "./features.ts";
import { declaredLength, metadataHeader } from "./incoming.ts";
import { readJson } from "./json.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { findObject } from "./objects.ts";
import { rehearseUpload } from "./store.ts";
import { type Call, forCaller, type Visit } from "./visit.ts";

/** What a token permits. */
export type Scope = "download" | "upload";

/** What a valid token says. */
export interface Permission {
  /** Of the object that is uploaded. */
  readonly owner: string | undefined;
  readonly upsert: boolean;
  /** Seconds since 1970. */
  readonly exp: number;
}

/** Two hours, as on the hosted platform. The real server has it in its env. */
const UPLOAD_LIFETIME_S = 2 * 60 * 60;

/** `POST /object/upload/sign/:bucket/*` */
export const signUpload = forCaller(async (call) => {
  const { stack, request, bucket, name, claims } = call;
  requireBucketName(bucket);
  requireKey(name);
  const upsert = request.headers.get("x-upsert") === "true";
  const owner = claims.sub;
  await rehearseUpload(stack.database, claims, {
    bucket,
    name,
    owner,
    upsert,
    metadata: {
      mimetype: request.headers.get("content-type") ?? undefined,
      contentLength: declaredLength(request),
    },
    userMetadata: metadataHeader(request),
  });

  const url = `${bucket}/${name}`;
  const token = await sign(
    call,
    { owner, url, upsert, scope: "upload" },
    UPLOAD_LIFETIME_S,
  );
  return Response.json({
    url: `/object/upload/sign/${url}?token=${token}`,
    token,
  });
});

// A transform is ignored, as by a server without image transformation.
const EXPIRES_IN = v.pipe(v.number(), v.integer(), v.minValue(1));
const SIGN_ONE = v.object({
  expiresIn: EXPIRES_IN,
  versionId: v.optional(v.string()),
});

/** `POST /object/sign/:bucket/*` */
export const signDownload = forCaller(async (call) => {
  const { stack, request, bucket, name, claims } = call;
  const { expiresIn, versionId } = await readJson(request, SIGN_ONE);
  refuseVersion(versionId);
  requireBucketName(bucket);
  requireKey(name);
  await findObject(stack.database, claims, [bucket, name]);
  return Response.json({ signedURL: await signedPath(call, name, expiresIn) });
});

const SIGN_MANY = v.object({
  expiresIn: EXPIRES_IN,
  paths: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)),
});

/** `POST /object/sign/:bucket`. What cannot be signed is said path by path. */
export const signDownloads = forCaller(async (call) => {
  const { stack, request, bucket, claims } = call;
  const { expiresIn, paths } = await readJson(request, SIGN_MANY);
  requireBucketName(bucket);
  const rows = await stack.database.as(
    claims,
    (sql) =>
      sql.query<{ name: string }>(
        `select name from storage.objects
        where bucket_id = $1 and name = any($2)`,
        [bucket, paths],
      ),
  );
  const visible = new Set(rows.map(({ name }) => name));

  return Response.json(
    await Promise.all(paths.map(async (path) => ({
      path,
      error: visible.has(path)
        ? null
        : "Either the object does not exist or you do not have access to it",
      signedURL: visible.has(path)
        ? await signedPath(call, path, expiresIn)
        : null,
    }))),
  );
});

async function signedPath(
  call: Call,
  name: string,
  expiresIn: number,
): Promise<string> {
  const url = `${call.bucket}/${name}`;
  const token = await sign(call, { url, scope: "download" }, expiresIn);
  return `/object/sign/${url}?token=${token}`;
}

function sign(
  { stack }: Visit,
  claims: JWTPayload & { readonly scope: Scope },
  expiresIn: number,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return stack.keys.sign({ ...claims, iat, exp: iat + expiresIn });
}

/**
 * What the token of a visit permits, if it permits `scope` on this object.
 * Throws `InvalidJWT` or `InvalidSignature`.
 */
export async function verifyToken(
  { stack, query, bucket, name }: Visit,
  scope: Scope,
): Promise<Permission> {
  const url = `${bucket}/${name}`;
  return await permissionOf(stack.keys, query.get("token") ?? "", {
    scope,
    url,
  });
}

/**
 * What `token` permits, if it permits `scope` on the object at `wanted`, which
 * is its bucket, a slash and its name. Throws as `verifyToken` does.
 */
export async function permissionOf(
  keys: Keys,
  token: string,
  { scope, url: wanted }: { scope: Scope; url: string },
): Promise<Permission> {
  const payload = await keys.verify(token);
  if (payload === undefined) throw invalidJwt(reasonOf(token));
  if (payload["scope"] !== scope) {
    throw invalidSignature(`Token is not scoped for ${scope}`);
  }
  const { owner, url, upsert, exp } = payload;
  if (url !== wanted || exp === undefined) {
    throw invalidSignature();
  }
  return {
    owner: typeof owner === "string" ? owner : undefined,
    upsert: upsert === true,
    exp,
  };
}

/** Why a token was refused, in the words of the library that both use. */
function reasonOf(token: string): string {
  try {
    const { exp = Infinity } = decodeJwt(token);
    return exp * 1000 <= Date.now()
      ? '"exp" claim timestamp check failed'
      : "signature verification failed";
  } catch (error) {
    if (error instanceof errors.JOSEError) return "Invalid Compact JWS";
    throw error;
  }
}
