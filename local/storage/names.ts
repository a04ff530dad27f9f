/**
 * Which names buckets and objects may have. No I/O.
 *
 * @module
 */
import { invalidBucketName, invalidKey } from "./errors.ts";

// ASCII only. From src/storage/limits.ts of supabase/storage.
const KEY = /^[\w/!\-.*'() &$@=;:+,?]+$/;
const BUCKET = /^[\w!\-.*'() &$@=;:+,?]{1,100}$/;

/** Throws `InvalidKey` unless an object may be called `name`. */
export function requireKey(name: string): void {
  if (!KEY.test(name)) throw invalidKey(`Invalid key: ${name}`);
}

/** Throws `InvalidBucketName` unless a bucket may be called `name`. */
export function requireBucketName(name: string): void {
  if (!BUCKET.test(name) || name !== name.trim()) throw invalidBucketName();
}

/** Whether `name` is the empty object that the dashboard keeps a folder with. */
export function isFolderPlaceholder(name: string): boolean {
  return name.endsWith(".emptyFolderPlaceholder");
}
