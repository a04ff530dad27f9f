/**
 * Somebody who searches, by the client that people use.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";

/** What `vector-search` answers. */
export interface Answer {
  readonly mode: string;
  readonly index: {
    readonly generation: number;
    readonly model: string;
    readonly queued: number;
    readonly oldestChange?: string;
  };
  readonly results: readonly Result[];
}

/** One of its results. */
export interface Result {
  readonly key: Readonly<Record<string, unknown>>;
  readonly chunk: number;
  readonly content: string;
  readonly score: number;
  readonly similarity?: number;
  readonly coverage?: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly highlight?: string;
  readonly staleSince?: string;
}

/** What is searched for. */
export type Search = Readonly<Record<string, unknown>>;

/** What `client` finds. It must be answered. */
export async function found(
  client: SupabaseClient,
  body: Search,
): Promise<Answer> {
  const { data, error } = await client.functions
    .invoke<Answer>("vector-search", { body });
  if (error || data === null) {
    throw new Error(await error?.context?.text() ?? "No answer");
  }
  return data;
}

/** The whole answer to `client`, which must not be a refusal. */
export async function replyTo(
  client: SupabaseClient,
  body: Search,
): Promise<Response> {
  const { error, response } = await client.functions
    .invoke("vector-search", { body });
  if (error || response === undefined) throw new Error("No answer");
  return response;
}

/** How `client` is refused. It must be. */
export async function refusal(
  client: SupabaseClient,
  body: Search,
): Promise<Response> {
  const { error, response } = await client.functions
    .invoke("vector-search", { body });
  if (!error || response === undefined) throw new Error("It was answered");
  return response;
}

/** What a refusal says, without what is of one request alone. */
export async function wordsOf(
  response: Response,
): Promise<Record<string, unknown>> {
  const { instance: _, ...words } = await response.json();
  return words;
}

/** The values of the keys of what was found, in order. */
export function idsOf({ results }: Answer): unknown[] {
  return results.map(({ key }) => key["id"]);
}
