/**
 * What Storage says of a failure. It answers 400 to nearly everything, and says
 * in the body what it means.
 *
 * @module
 */
import { bodyUpTo } from "./answer.ts";
import { isRecord } from "./record.ts";

/** In bytes: its errors are much shorter. */
const MAX_ERROR = 4_096;

/** Its own words, as texts; empty what it does not say. */
export interface StorageError {
  readonly statusCode: string;
  readonly error: string;
  readonly code: string;
  readonly message: string;
}

/**
 * The error in an answer, whose body is used up then. All is empty in what is
 * none of Storage's: a proxy may have answered.
 */
export async function storageErrorIn(
  response: Response,
): Promise<StorageError> {
  const body = await read(response);
  const said = (name: string) => String(body[name] ?? "");
  return {
    statusCode: said("statusCode"),
    error: said("error"),
    code: said("code"),
    message: said("message"),
  };
}

async function read(response: Response): Promise<Record<string, unknown>> {
  try {
    const bytes = await bodyUpTo(response, MAX_ERROR);
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}
