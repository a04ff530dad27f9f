/**
 * From the bytes of a request to what a route was asked for.
 *
 * @module
 */
import * as v from "valibot";
import { type Refusal, refusal } from "./errors.ts";

const bodyTooLarge = refusal(413, "request_entity_too_large");
const badJson = refusal(400, "bad_json");

/** As the server's own bound, which protects it and no feature needs more. */
const MAX_BYTES = 1024 * 1024;

/** Reads a body, counting bytes whatever `content-length` says. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw bodyTooLarge(`Request body too large (max ${MAX_BYTES} bytes)`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/**
 * Parses a body. As on the server, members nobody asked for are ignored, and a
 * member of the wrong type makes the whole body bad JSON.
 */
export function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  body: Uint8Array,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parseJson(body));
  if (result.success) return result.output;
  const [{ message }] = result.issues;
  throw notJson(`${v.getDotPath(result.issues[0]) ?? "body"}: ${message}`);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) throw notJson(error.message);
    throw error;
  }
}

function notJson(why: string): Refusal {
  return badJson(`Could not parse request body as JSON: ${why}`);
}

/** A string; absent and null are the empty one. */
export const TEXT = v.nullish(v.string(), "");

/** Absent, null and false are the same. */
export const FLAG = v.nullish(v.boolean(), false);

/** An object of anything, if there is one. */
export const METADATA = v.nullish(v.record(v.string(), v.unknown()));
