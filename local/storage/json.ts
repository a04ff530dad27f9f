/**
 * JSON bodies: bounded, and checked against a schema.
 *
 * @module
 */
import * as v from "valibot";
import { entityTooLarge, invalidRequest } from "./errors.ts";

/** A thousand paths of a kilobyte each. */
const MAX_BYTES = 1024 * 1024;

/** The body of `request`. Throws `InvalidRequest` or `EntityTooLarge`. */
export async function readJson<Output>(
  request: Request,
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  return check(
    "body",
    schema,
    await readValue(request, MAX_BYTES, entityTooLarge),
  );
}

/** `value` as `schema` has it. Throws `InvalidRequest`, which names `part`. */
export function check<Output>(
  part: "body" | "querystring",
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
): Output {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (v.getDotPath(issue) ?? "").replaceAll(".", "/");
  throw invalidRequest(`${part}/${path} ${issue.message}`);
}

/** The JSON of a body of `maxBytes` at most. Throws `InvalidRequest`, or as told. */
export async function readValue(
  request: Request,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<unknown> {
  return parse(await readText(request, maxBytes, tooLarge));
}

async function readText(
  request: Request,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("Body is not valid JSON");
  }
}
