/**
 * What the functions need of object storage, and how Supabase provides it.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { objectExists, type Place, storageUnavailable } from "./place.ts";
import { problem } from "./problem.ts";

const uploadNotAllowed = problem(403, "Upload not allowed");

/** Permission to upload one object, once. */
export interface SignedUpload {
  /** Absolute; the bytes go here with PUT. */
  readonly url: string;
  /** What `uploadToSignedUrl` takes. */
  readonly token: string;
  /** When Storage stops taking it. Storage decides, not the caller. */
  readonly expiresAt: Date;
}

/** The port. */
export interface Storage {
  /**
   * @throws {Problem} "Upload not allowed", "Object already exists" or
   * "Storage unavailable".
   */
  signUpload(place: Place, options: { upsert: boolean }): Promise<SignedUpload>;
}

/** Storage as Supabase provides it. */
export function supabaseStorage(client: SupabaseClient): Storage {
  return {
    async signUpload({ bucket, path }, { upsert }) {
      const { data, error } = await client.storage.from(bucket)
        .createSignedUploadUrl(path, { upsert });
      if (error) throw explain(error);
      const { signedUrl: url, token } = data;
      return { url, token, expiresAt: expiryOf(token) };
    },
  };
}

/**
 * Storage answers 400 to nearly everything over HTTP and says what it means in
 * the body's `statusCode`.
 */
function explain(
  error: Error & { readonly statusCode: string | undefined },
): Error {
  switch (error.statusCode) {
    case "403":
      return uploadNotAllowed("A policy of the bucket refuses this upload");
    case "409":
      return objectExists("An object of this name is already there");
    case "400":
    case "404":
      return error; // we asked for something impossible: a bug of ours
    default:
      return storageUnavailable("Cannot sign an upload at the moment", {}, {
        cause: error,
      });
  }
}

/**
 * The address that is Storage's alone, which takes large files.
 *
 * @example On the platform, and elsewhere
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { storageHost } from "./storage.ts";
 *
 * const own = "https://abc.storage.supabase.co";
 * equal(storageHost("https://abc.supabase.co"), own);
 * equal(storageHost("http://127.0.0.1:54321"), "http://127.0.0.1:54321");
 * ```
 */
export function storageHost(projectUrl: string): string {
  return projectUrl.replace(
    /^https:\/\/([a-z0-9]+)\.supabase\.co$/,
    "https://$1.storage.supabase.co",
  );
}

/** From the token's `exp`, which is Storage's to verify and ours to pass on. */
function expiryOf(token: string): Date {
  const payload = token.split(".")[1] ?? "";
  const base64 = payload.replaceAll("-", "+").replaceAll("_", "/");
  try {
    const { exp } = JSON.parse(atob(base64));
    if (Number.isSafeInteger(exp)) return new Date(exp * 1000);
  } catch {
    // Falls through: what cannot be read says no time either.
  }
  throw storageUnavailable("Cannot read the permission that Storage gave");
}
