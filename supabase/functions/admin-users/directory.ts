/**
 * Accounts, to be looked at: migration `…_people.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { invalidInput } from "../_shared/input.ts";
import { callSql } from "../_shared/postgres.ts";
import type { Actor } from "./actor.ts";
import { Person, Refusal, refusalOf } from "./answers.ts";
import { cursorOf, type Place, placeOf } from "./cursor.ts";
import type { For } from "./input.ts";
import { looking } from "./ledger.ts";
import { LOOKS } from "./policy.ts";

/** People, as many as were asked for. */
export interface Page {
  readonly users: readonly Person[];
  /** All who match, on this page or not. */
  readonly total: number;
  /** For the next page; `null` on the last one. */
  readonly next: string | null;
}

/** What belongs to an account, as SQL lists it. */
type Rows = readonly Readonly<Record<string, unknown>>[];

export interface Shown {
  readonly user: Person;
  readonly identities: Rows;
  readonly factors: Rows;
  readonly sessions: Rows;
  readonly stored: Rows;
  readonly audit: Rows;
}

/** What would go with an account. */
export interface Removal {
  readonly user: Person;
  readonly rows: Rows;
  readonly stored: Rows;
}

/** The port. All of it throws "Account not active" or "Role changed". */
export interface Directory {
  /** Lets `actor` pass who may still act. */
  admit(actor: Actor): Promise<void>;
  /** @throws {Problem} "Invalid input" for a cursor that is none of this list. */
  list(actor: Actor, wanted: For<"list">): Promise<Page>;
  /** @throws {Problem} "User not found". */
  show(actor: Actor, id: string): Promise<Shown>;
  /** @throws {Problem} "User not found". */
  removal(actor: Actor, id: string): Promise<Removal>;
  audit(actor: Actor, wanted: For<"audit">): Promise<Trail>;
}

/** Rows of the trail, the newest first. */
export interface Trail {
  readonly rows: Rows;
  /** For `before`; `null` on the last page. */
  readonly next: number | null;
}

/** @param service Row-level security shows nobody's account to anybody. */
export function supabaseDirectory(service: SupabaseClient): Directory {
  return {
    async admit(actor) {
      const given = { actor: looking(actor) };
      const answer = await callSql(service, "admit_admin", given, Admission);
      if (answer.outcome !== "admitted") throw refusalOf(answer, LOOKS);
    },

    async list(actor, { action: _, page = 1, cursor, perPage, ...rest }) {
      const { sort, order, ...wanted } = rest;
      const after = cursor === undefined
        ? undefined
        : placeIn(cursor, { sort, order });
      const given = {
        actor: looking(actor),
        // Who has no role has null, which would be anybody here.
        wanted: { ...wanted, role: wanted.role === null ? "" : wanted.role },
        by: {
          ...{ sort, isDescending: order === "desc" },
          // One more, which tells whether there is a next page.
          ...{ limit: perPage + 1, after: after ?? null },
          offset: after === undefined ? (page - 1) * perPage : 0,
        },
      };
      const answer = await callSql(service, "list_people", given, ListAnswer);
      if (answer.outcome !== "listed") throw refusalOf(answer, LOOKS);
      const { people, total } = answer;
      const users = people.slice(0, perPage).map(({ person }) => person);
      const last = people[perPage - 1];
      const next = people.length > perPage && last !== undefined
        ? cursorOf({ sort, order }, { key: last.key, id: last.person.id })
        : null;
      return { users, total, next };
    },

    async show(actor, id) {
      const given = { actor: looking(actor), id };
      const answer = await callSql(service, "show_person", given, ShowAnswer);
      if (answer.outcome !== "shown") throw refusalOf(answer, LOOKS);
      const { outcome: _, person: user, ...rest } = answer;
      return { user, ...rest };
    },

    async removal(actor, id) {
      const given = { actor: looking(actor), id };
      const answer = await callSql(
        service,
        "show_removal",
        given,
        RemovalAnswer,
      );
      if (answer.outcome !== "shown") throw refusalOf(answer, LOOKS);
      const { outcome: _, person: user, ...rest } = answer;
      return { user, ...rest };
    },

    async audit(actor, { action: _, did, perPage, ...rest }) {
      const wanted = { ...rest, action: did, limit: perPage };
      const given = { actor: looking(actor), wanted };
      const answer = await callSql(service, "list_audit", given, AuditAnswer);
      if (answer.outcome !== "listed") throw refusalOf(answer, LOOKS);
      const { rows, next } = answer;
      return { rows, next };
    },
  };
}

function placeIn(
  cursor: string,
  order: Parameters<typeof placeOf>[1],
): Place {
  const place = placeOf(cursor, order);
  if (place !== undefined) return place;
  const detail = "Must be the cursor of a page of this list";
  throw invalidInput("Cannot use the input: see errors", {
    errors: [{ detail, pointer: "#/cursor" }],
  });
}

const Rows = v.array(v.record(v.string(), v.unknown()));

/** The answer of `portico_api.admit_admin`. */
const Admission = v.variant("outcome", [
  v.object({ outcome: v.literal("admitted") }),
  Refusal,
]);

/** The answer of `portico_api.list_people`. */
const ListAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("listed"),
    total: v.number(),
    people: v.array(v.object({ key: v.string(), person: Person })),
  }),
  Refusal,
]);

/** The answer of `portico_api.show_person`. */
const ShowAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("shown"),
    person: Person,
    identities: Rows,
    factors: Rows,
    sessions: Rows,
    stored: Rows,
    audit: Rows,
  }),
  Refusal,
]);

/** The answer of `portico_api.show_removal`. */
const RemovalAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("shown"),
    person: Person,
    rows: Rows,
    stored: Rows,
  }),
  Refusal,
]);

/** The answer of `portico_api.list_audit`. */
const AuditAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("listed"),
    rows: Rows,
    next: v.nullable(v.number()),
  }),
  Refusal,
]);
