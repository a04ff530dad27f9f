/**
 * Entity tags, as `@std/http/etag` compares them: what is in use.
 *
 * @module
 */

/**
 * Whether `etag` is none of those in `value`, an `If-None-Match` header: `false`
 * means 304. The comparison is weak: RFC 9110 §13.1.2.
 */
export function ifNoneMatch(
  value: string | null,
  etag: string | undefined,
): boolean {
  if (value === null || value === "" || etag === undefined) return true;
  if (value.trim() === "*") return false;
  const bare = (tag: string) => tag.replace(/^W\//, "");
  return !value.split(/\s*,\s*/).map(bare).includes(bare(etag));
}
