/**
 * The costliest requests that `signed-upload` accepts.
 *
 * @module
 */
import type { Contract, Costly } from "./contract.ts";
import { ask, BODY_BYTES, newToken, paddedTo, PHOTO } from "./uploads.ts";

/** Each at one of the limits. */
export const COSTLY: Contract["costly"] = [
  costly("a ticket", 201, { body: PHOTO }),
  costly("a ticket for the longest name, once", 201, {
    body: { ...PHOTO, name: "a".repeat(255) },
    headers: { "idempotency-key": "k".repeat(255) },
  }),
  costly("the longest body", 201, { body: paddedTo(BODY_BYTES) }),
  costly("the deepest JSON", 422, { body: "[".repeat(32) + "]".repeat(32) }),
  costly("most fields", 422, { body: filled("{", (n) => `"${n}":0`, "}") }),
  costly("most items", 422, { body: filled('{"name":[', () => "0", "]}") }),
];

/** A body of `start`, as many of `item` as are read, and `end`. */
function filled(
  start: string,
  item: (n: number) => string,
  end: string,
): string {
  let body = start;
  for (let n = 0;; n++) {
    const more = `${n === 0 ? "" : ","}${item(n)}`;
    if (body.length + more.length + end.length > BODY_BYTES) return body + end;
    body += more;
  }
}

interface Sent {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function costly(name: string, status: number, sent: Sent): Costly {
  const { body, headers } = sent;
  return {
    name,
    status,
    async prepare(place) {
      const token = await newToken(place);
      return () => ask(place, token, body, headers);
    },
  };
}
