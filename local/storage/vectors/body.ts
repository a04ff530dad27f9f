/**
 * JSON bodies: bounded, and checked against a schema, with all that is wrong
 * said at once as the real server's validator, Ajv, says it.
 *
 * @module
 */
import * as v from "valibot";
import { invalidRequest } from "../errors.ts";
import { readValue } from "../json.ts";
import { bodyTooLarge, invalidMediaType } from "./errors.ts";

/** Of a body, unless its route takes more: the default of fastify. */
const MAX_BYTES = 1024 * 1024;

type Issue = v.BaseIssue<unknown>;

/**
 * The body of `request`.
 *
 * Throws `InvalidMimeType`, `EntityTooLarge` or `InvalidRequest`.
 */
export async function readBody<Output>(
  request: Request,
  schema: v.GenericSchema<unknown, Output>,
  maxBytes = MAX_BYTES,
): Promise<Output> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw invalidMediaType();
  const result = v.safeParse(
    schema,
    await readValue(request, maxBytes, bodyTooLarge),
  );
  if (result.success) return result.output;
  throw invalidRequest(result.issues.map(sentenceOf).join(", "));
}

/** A key that is missing, or too many, is a fault of what it belongs to. */
function sentenceOf(issue: Issue): string {
  const path = (issue.path ?? []).map(({ key }) => String(key));
  if (issue.path?.at(-1)?.origin !== "key") {
    return `${["body", ...path].join("/")} ${issue.message}`;
  }
  const key = path.pop();
  const owner = ["body", ...path].join("/");
  return issue.expected === "never"
    ? `${owner} must NOT have additional properties`
    : `${owner} must have required property '${key}'`;
}
