/**
 * Sources, as the caller sees them: migration `…_search.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { invalidInput } from "../_shared/input.ts";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";
import { type Left, LeftAnswer, limited } from "../_shared/rate_limit.ts";
import type { Mode, Wish } from "./input.ts";
import { LIMIT } from "./policy.ts";

const sourceNotFound = problem(404, "Source not found");
const rowNotFound = problem(404, "Row not found");

/** The index that searches of a source see. */
export interface Generation {
  readonly generation: number;
  readonly model: string;
  readonly dimensions: number;
}

/** A vector as Postgres reads it, `[0.6,0.8]`, and the index that it is for. */
export interface Vector {
  readonly text: string;
  /** Absent if the caller has made it. */
  readonly generation?: number | undefined;
}

/** What was found. */
export interface Found {
  readonly outcome: "found";
  readonly generation: number;
  readonly model: string;
  /** `queued` rows are behind, 1,000 of them counted at most. */
  readonly staleness: {
    readonly queued: number;
    readonly oldestChange?: string | undefined;
  };
  readonly results: readonly Result[];
}

/** A row, or a chunk of one. */
export interface Result {
  readonly key: Readonly<Record<string, unknown>>;
  /** From 0. */
  readonly chunk: number;
  readonly content: string;
  readonly score: number;
  /** The cosine: absent if it was found by its words alone. */
  readonly similarity?: number | undefined;
  /** Of the query, how much its words say: absent if that is less than half. */
  readonly coverage?: number | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** With control characters where the words of the query begin and end. */
  readonly highlight?: string | undefined;
  readonly staleSince?: string | undefined;
}

/** The port. */
export interface Sources {
  /**
   * Or the index that a vector is needed for.
   *
   * @throws {Problem} "Source not found", "Row not found" or "Invalid input".
   */
  search(
    wish: Wish & { readonly mode: Mode },
    vector: Vector | undefined,
  ): Promise<Found | Generation & { readonly outcome: "embed" }>;
  /**
   * Counts one query that costs money, before it does. The answer is what the
   * caller's rate limit still allows.
   *
   * @throws {Problem} "Source not found" or "Too many requests".
   */
  admit(source: string): Promise<Left>;
  list(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** @param caller Whose rights decide what is found. */
export function supabaseSources(caller: SupabaseClient): Sources {
  return {
    async search({ source, groupBy, vector: _, ...rest }, vector) {
      const wish = {
        ...rest,
        perRow: groupBy === "row",
        ...vector && { vector: vector.text, generation: vector.generation },
      };
      const answer = await callSql(
        caller,
        "search_index",
        { source, wish },
        Answer,
      );
      switch (answer.outcome) {
        case "unknown":
          throw notFound(source);
        case "no row":
          throw rowNotFound("Cannot find the row to be like");
        case "filter":
          throw refused("#/filter", answer.detail);
        case "dimensions":
          throw refused("#/vector", `Must have ${answer.dimensions} numbers`);
        default:
          return answer;
      }
    },
    async admit(source) {
      const answer = await callSql(
        caller,
        "admit_query",
        { source },
        AdmitAnswer,
      );
      switch (answer.outcome) {
        case "unknown":
          throw notFound(source);
        case "limited":
          throw limited(LIMIT, answer.left);
        default:
          return answer.left;
      }
    },

    list: () => callSql(caller, "list_sources", {}, List),
  };
}

function notFound(source: string) {
  return sourceNotFound(`Cannot find the source ${source}`);
}

function refused(pointer: string, detail: string) {
  const errors = [{ detail, pointer }];
  return invalidInput("Cannot use the input: see errors", { errors });
}

const Record = v.record(v.string(), v.unknown());

const List = v.array(Record);

/** The answer of `portico_api.search_index`. */
const Answer = v.variant("outcome", [
  v.object({
    outcome: v.literal("found"),
    generation: v.number(),
    model: v.string(),
    staleness: v.object({
      queued: v.number(),
      oldestChange: v.optional(v.string()),
    }),
    results: v.array(v.object({
      key: Record,
      chunk: v.number(),
      content: v.string(),
      score: v.number(),
      similarity: v.optional(v.number()),
      coverage: v.optional(v.number()),
      metadata: Record,
      highlight: v.optional(v.string()),
      staleSince: v.optional(v.string()),
    })),
  }),
  v.object({
    outcome: v.literal("embed"),
    generation: v.number(),
    model: v.string(),
    dimensions: v.number(),
  }),
  v.object({ outcome: v.literal("unknown") }),
  v.object({ outcome: v.literal("no row") }),
  v.object({ outcome: v.literal("filter"), detail: v.string() }),
  v.object({ outcome: v.literal("dimensions"), dimensions: v.number() }),
]);

/** The answer of `portico_api.admit_query`. */
const AdmitAnswer = v.variant("outcome", [
  v.object({ outcome: v.literal("admitted"), left: LeftAnswer }),
  v.object({ outcome: v.literal("limited"), left: LeftAnswer }),
  v.object({ outcome: v.literal("unknown") }),
]);
