/**
 * JSON whose numbers keep the digits that Postgres has given them, where
 * JavaScript would round or shorten them. No I/O.
 *
 * @module
 */

/** ECMAScript has these, and TypeScript does not know it yet. */
const exact = JSON as unknown as {
  /** A value that is written as `text`. */
  rawJSON(text: string): unknown;
  isRawJSON(it: unknown): boolean;
  parse(
    text: string,
    revive: (key: string, it: unknown, from: { source: string }) => unknown,
  ): unknown;
};

/**
 * A number with all its digits: `3.00` stays that, and so does what a double
 * cannot hold. JSON has no word for what is not finite, and Postgres takes text.
 */
export function toNumber(text: string): unknown {
  const number = Number(text);
  if (String(number) === text && Number.isFinite(number)) return number;
  return /^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(text) ? exact.rawJSON(text) : text;
}

/** May have a number that a double does not hold as it is written. */
const DELICATE = /\d{16}|\.\d/;

/** JSON of any kind, with the digits of its numbers. */
export function parseJson(text: string): unknown {
  // Nearly no document needs it, and it takes several times as long.
  if (!DELICATE.test(text)) return JSON.parse(text);
  return exact.parse(
    text,
    (_key, it, { source }) =>
      typeof it !== "number" || String(it) === source
        ? it
        : exact.rawJSON(source),
  );
}

/** Whether `it` is a number that a double does not hold as it is written. */
export function isRawNumber(it: unknown): boolean {
  return exact.isRawJSON(it);
}
