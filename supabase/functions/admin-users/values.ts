/**
 * The values that actions are made of, with their bounds.
 *
 * @module
 */
import * as v from "valibot";
import { isRecord } from "../_shared/record.ts";
import { emailOf, phoneOf } from "./contact.ts";

/** 1 to `most` characters, as Postgres takes them. */
export function text(most: number): v.GenericSchema<string> {
  return v.pipe(
    v.string("Must be text"),
    v.minLength(1, "Must not be empty"),
    v.maxLength(most, `Must have at most ${most} characters`),
    v.check((it) => !it.includes("\0"), "Must have no U+0000"),
  );
}

export function oneOf<const Names extends readonly string[]>(
  names: Names,
): v.PicklistSchema<Names, string> {
  return v.picklist(names, `Must be one of ${names.join(", ")}`);
}

export function whole(
  least: number,
  most: number,
): v.GenericSchema<number> {
  const words = `Must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(words),
    v.integer(words),
    v.minValue(least, words),
    v.maxValue(most, words),
  );
}

export const flag = v.boolean("Must be true or false");

/** Ids have one spelling, that of Postgres. */
export const uuid = v.pipe(
  v.string("Must be text"),
  v.regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    "Must be a UUID in lower case",
  ),
);

export const moment = v.pipe(
  v.string("Must be text"),
  v.regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/,
    "Must be a time: 2026-01-31T12:00:00Z",
  ),
  v.check((it) => !Number.isNaN(Date.parse(it)), "Must be a time there is"),
);

/** In the one spelling that Auth has of it. */
export const email = v.pipe(
  text(320),
  v.transform(emailOf),
  v.string("Must be an e-mail address"),
);

/** In E.164 without its plus, as Auth has it. */
export const phone = v.pipe(
  text(40),
  v.transform(phoneOf),
  v.string("Must be a phone number with the code of its country"),
);

/** bcrypt reads no more. How good it must be, Auth says. */
export const password = v.pipe(
  text(72),
  v.check((it) => bytesOf(it) <= 72, "Must have at most 72 bytes"),
);

/** Of bcrypt, Argon2 or Firebase's scrypt, as Auth takes them. */
export const passwordHash = v.pipe(
  text(512),
  v.regex(
    /^\$(2[aby]|argon2id?|fbscrypt)\$[\x21-\x7e]+$/,
    "Must be a hash of bcrypt, argon2i, argon2id or fbscrypt",
  ),
);

/** In bytes of JSON: every token carries it. */
const MAX_METADATA = 4096;

export const metadata = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(isRecord, "Must be an object"),
  v.check(
    (it) => bytesOf(JSON.stringify(it)) <= MAX_METADATA,
    `Must have at most ${MAX_METADATA} bytes as JSON`,
  ),
);

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
