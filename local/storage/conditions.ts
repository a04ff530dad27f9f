/**
 * Whether a request wants an object as it is now: RFC 9110 §13. No I/O.
 *
 * @module
 */

/** What tells one state of an object from another. */
export interface Validators {
  /** Quoted, or empty where nobody knows. */
  readonly eTag: string;
  readonly lastModified: Date;
}

/** What comes of the conditions of a request. */
export type Outcome = "go on" | "not modified" | "precondition failed";

/** Weighs the conditions of a GET or HEAD in the order of RFC 9110 §13.2.2. */
export function weigh(headers: Headers, now: Validators): Outcome {
  const ifMatch = headers.get("if-match");
  const unmodifiedSince = timeOf(headers.get("if-unmodified-since"));
  const isStale = ifMatch === null
    ? unmodifiedSince !== undefined && secondsOf(now) > unmodifiedSince
    : !matches(ifMatch, now.eTag);
  if (isStale) return "precondition failed";

  const ifNoneMatch = headers.get("if-none-match");
  const modifiedSince = timeOf(headers.get("if-modified-since"));
  const isKnown = ifNoneMatch === null
    ? modifiedSince !== undefined && secondsOf(now) <= modifiedSince
    : matches(ifNoneMatch, now.eTag);
  return isKnown ? "not modified" : "go on";
}

/** Whether `If-Range` allows a part: RFC 9110 §13.1.5, so no weak tag does. */
export function allowsPart(headers: Headers, now: Validators): boolean {
  const ifRange = headers.get("if-range");
  if (ifRange === null) return true;
  const isTag = ifRange.startsWith('"') || ifRange.startsWith("W/");
  return isTag ? ifRange === now.eTag : timeOf(ifRange) === secondsOf(now);
}

/**
 * Proxies that compress make a tag weak, so that comparison is weak here even
 * for `If-Match`, as in the real server.
 */
function matches(condition: string, eTag: string): boolean {
  // A comma may be part of a tag.
  const known = condition.match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  return known.some((tag) => {
    const bare = tag.trim().replace(/^W\//, "");
    return bare === "*" || (bare !== "" && bare === eTag);
  });
}

/** Seconds since 1970. What is no date is no condition. */
function timeOf(header: string | null): number | undefined {
  const ms = Date.parse(header ?? "");
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

function secondsOf({ lastModified }: Validators): number {
  return Math.floor(lastModified.getTime() / 1000);
}
