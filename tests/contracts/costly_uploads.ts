/**
 * The costliest requests that `signed-upload` accepts.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { BUCKETS } from "../../supabase/functions/signed-upload/policy.ts";
import type { Contract, Costly } from "./contract.ts";
import {
  ask,
  BODY_BYTES,
  complete,
  largePng,
  newToken,
  paddedTo,
  PHOTO,
  send,
} from "./uploads.ts";

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
  completion("the largest photo that is looked at", () => ({})),
  completion("the largest photo, and its checksum", (photo) => ({
    sha256: createHash("sha256").update(photo).digest("hex"),
  })),
];

/** Completions of one upload each, of a photo as large as they may be. */
function completion(
  name: string,
  more: (photo: Uint8Array) => Readonly<Record<string, unknown>>,
): Costly {
  const times = 5;
  return {
    name,
    status: 200,
    times,
    async prepare(place) {
      const token = await newToken(place);
      const { maxBytes: bytes } = BUCKETS.photos;
      const photo = largePng(bytes);
      const ids: string[] = [];
      for (let n = 0; n < times; n++) {
        const wanted = { ...PHOTO, name: `${n}.png`, bytes, ...more(photo) };
        const ticket = await (await ask(place, token, wanted)).json();
        const sent = await send(ticket, photo);
        ok(sent.ok, await sent.text());
        ids.push(ticket.id);
      }
      let n = 0;
      return () => complete(place, token, ids[n++ % times] ?? "");
    },
  };
}

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
