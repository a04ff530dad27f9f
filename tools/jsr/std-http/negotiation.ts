/**
 * Content negotiation, as `@std/http/negotiation` has it: what is in use.
 *
 * @module
 */

interface Range {
  readonly type: string;
  readonly quality: number;
  /** 2 for a type, 1 for `image/*`, 0 for any. */
  readonly precision: number;
}

/** What is before a semicolon, and the weight behind one: RFC 9110 §12.5.1. */
const RANGE = /^\s*([^\s/;]+\/[^;\s]+)\s*(?:;(.*))?$/;

/**
 * The media ranges that a request accepts, what is preferred first; those of
 * weight 0 are left out. Without a header, everything.
 */
export function accepts({ headers }: Pick<Request, "headers">): string[] {
  const accept = headers.get("accept");
  if (accept === null || accept === "") return ["*/*"];
  const ranges = accept.split(",").map(rangeOf).filter((it) =>
    it !== undefined && it.quality > 0
  ) as Range[];
  // A stable sort: what is equal stays in the order of the header.
  return ranges
    .sort((a, b) => b.quality - a.quality || b.precision - a.precision)
    .map(({ type }) => type);
}

function rangeOf(text: string): Range | undefined {
  const [, type, parameters = ""] = text.match(RANGE) ?? [];
  if (type === undefined) return undefined;
  const weight = parameters.match(/(?:^|;)\s*q=([\d.]+)/i)?.[1];
  const precision = type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2;
  return { type, quality: weight ? Number(weight) : 1, precision };
}
