/**
 * From a request to a typed input, through Standard Schema.
 *
 * @module
 */
import { parseJson } from "./json.ts";
import { problem } from "./problem.ts";
import { isRecord } from "./record.ts";
import { scrub } from "./scrub.ts";

/** With `errors`: [{ detail, pointer }]. */
export const invalidInput = problem(422, "Invalid input");
const unsupportedMediaType = problem(415, "Unsupported media type");

/** In a query. No input of ours has more than a dozen. */
const MAX_PARAMETERS = 100;

/** The part of Standard Schema v1 that we use; valibot and zod both provide it. */
export interface Schema<Output> {
  readonly "~standard": {
    validate(value: unknown): Result<Output> | Promise<Result<Output>>;
    readonly types?: { readonly output: Output } | undefined;
  };
}

type Result<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

interface Issue {
  readonly message: string;
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}

/** Where an input comes from. */
export interface Source {
  readonly request: Request;
  readonly body: Uint8Array;
  /** What the route's pattern took from the path; wins over everything else. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The JSON body of a POST, PUT or PATCH, or the query of anything else, with
 * the path's parameters, checked against `schema`.
 *
 * @throws {Problem} "Unsupported media type", "Malformed JSON" or "Invalid input".
 */
export async function readInput<Output>(
  schema: Schema<Output>,
  source: Source,
): Promise<Output> {
  const { request, body, params } = source;
  const given = hasJsonBody(request.method)
    ? readJson(request, body)
    : readQuery(new URL(request.url).searchParams);
  const value = Object.keys(params).length > 0 && isRecord(given)
    ? { ...given, ...params }
    : given;

  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  throw invalidInput("Cannot use the input: see errors", {
    errors: result.issues.map(({ path, message: detail }) => {
      return { detail, pointer: pointerOf(path) };
    }),
  });
}

function hasJsonBody(method: string): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH";
}

function readJson(request: Request, body: Uint8Array): unknown {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw unsupportedMediaType("Cannot read an encoded body: send it as it is");
  }
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw unsupportedMediaType("Cannot read this type: send application/json");
  }
  return parseJson(body);
}

/** A parameter given twice has two meanings, so it is none. */
function readQuery(query: URLSearchParams): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  const twice = new Set<string>();
  for (const [name, value] of query) {
    if (name in values) twice.add(name);
    values[name] = value;
  }
  if (query.size > MAX_PARAMETERS) {
    const detail = `Cannot take more than ${MAX_PARAMETERS} parameters`;
    throw invalidInput(detail, { errors: [{ detail, pointer: "#" }] });
  }
  if (twice.size === 0) return { ...values };
  throw invalidInput("Cannot use the input: see errors", {
    errors: Array.from(twice, (name) => {
      return { detail: "Given more than once", pointer: pointerOf([name]) };
    }),
  });
}

/**
 * A JSON Pointer (RFC 6901) as a URI fragment: `#/items/0/name`. A name that
 * nobody expected may be a secret in the wrong place.
 */
function pointerOf(path: Issue["path"] = []): string {
  const escape = (key: string) =>
    encodeURIComponent(
      scrub(key).replaceAll("~", "~0").replaceAll("/", "~1"),
    );
  const keys = path.map((step) => typeof step === "object" ? step.key : step);
  return ["#", ...keys.map(String).map(escape)].join("/");
}
