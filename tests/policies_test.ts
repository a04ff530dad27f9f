/**
 * Who may do what with everything that our migrations create, as one table. A
 * role and a verb that are not in it are refused, and what is in the database
 * and not in the table fails.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Claims, Sql } from "../local/database.ts";
import { isSqlError } from "../local/database.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const ALICE = (await world.newPerson()).id;
const BOB = (await world.newPerson()).id;

/** Who asks. Their claims are those of a token or a key. */
const ROLES = {
  anon: { role: "anon" },
  authenticated: { role: "authenticated", sub: ALICE },
  service_role: { role: "service_role" },
} satisfies Record<string, Claims>;

type Role = keyof typeof ROLES;
const VERBS = ["select", "insert", "update", "delete"] as const;
type Verb = typeof VERBS[number];

/** Nobody reaches these over HTTP: their functions do, in their own name. */
const TABLES = [
  "portico.admin_job_items",
  "portico.admin_jobs",
  "portico.admin_requests",
  "portico.audit",
  "portico.audit_checkpoints",
  "portico.audit_people",
  "portico.bucket_indexes",
  "portico.bucket_requests",
  "portico.bucket_rows",
  "portico.bucket_vectors",
  "portico.dead_letters",
  "portico.dead_rows",
  "portico.dirty_rows",
  "portico.due_admin_items",
  "portico.due_admin_jobs",
  "portico.due_admin_work",
  "portico.due_audit",
  "portico.due_buckets",
  "portico.due_embeddings",
  "portico.due_image_changes",
  "portico.due_images",
  "portico.due_index",
  "portico.due_index_builds",
  "portico.due_intents",
  "portico.due_job_runs",
  "portico.due_links",
  "portico.due_metric_history",
  "portico.due_rate_limits",
  "portico.due_uploads",
  "portico.due_variant_uses",
  "portico.embedding_requests",
  "portico.embedding_usage",
  "portico.embeddings",
  "portico.excess_variants",
  "portico.guarded_buckets",
  "portico.image_changes",
  "portico.index_calls",
  "portico.index_progress",
  "portico.index_requests",
  "portico.index_runs",
  "portico.jobs",
  "portico.letters_told",
  "portico.links",
  "portico.metric_history",
  "portico.metric_totals",
  "portico.notices",
  "portico.open_intents",
  "portico.rate_limits",
  "portico.report_admin_actions",
  "portico.report_executions",
  "portico.report_freshness",
  "portico.report_images",
  "portico.report_index",
  "portico.report_jobs",
  "portico.report_response_times",
  "portico.report_transfer",
  "portico.report_uploads",
  "portico.sinks",
  "portico.stray_objects",
  "portico.task_failures",
  "portico.tasks",
  "portico.unsettled_uploads",
  "portico.uploads",
  "portico.usage",
  "portico.variant_uses",
  "portico_index.generations",
  "portico_index.sources",
];

/** What anybody may see of these is for row-level security to say. */
const READABLE = ["portico_index.generations", "portico_index.sources"];

/** Who may call a function. The owner of the project may call all of them. */
const FUNCTIONS: Readonly<Record<string, readonly Role[]>> = {
  "portico.adapt_chunks": [],
  "portico.add_generation": [],
  "portico.add_upload": [],
  "portico.add_values": [],
  "portico.admit_look": [],
  "portico.admit_object": [],
  // By open_links alone: nobody but the owner gets into schema portico.
  "portico.admit_to_links": ["authenticated"],
  "portico.admits": [],
  "portico.ask_for_walk": [],
  "portico.audit_kept": [],
  "portico.begin_task": [],
  "portico.begin_walk": [],
  "portico.bucket_chunks": [],
  "portico.bucket_metadata": [],
  "portico.bucket_name": [],
  "portico.bucket_pieces": [],
  "portico.bucket_seals": [],
  "portico.build_index": [],
  "portico.build_index_from": [],
  "portico.build_indexes": [],
  "portico.bury_rows": [],
  "portico.changed_keys": [],
  "portico.changed_rows": [],
  "portico.check_chunking": [],
  "portico.check_sink": [],
  "portico.check_source": [],
  "portico.company_of": [],
  "portico.compared": [],
  "portico.compile_chunks": [],
  "portico.compile_source": [],
  "portico.conditions": [],
  "portico.count_embedding": [],
  "portico.count_usage": [],
  "portico.defer_rows": [],
  "portico.describe": [],
  "portico.describe_bucket_index": [],
  "portico.describe_generation": [],
  "portico.describe_job": [],
  "portico.describe_upload": [],
  "portico.drift": [],
  "portico.drop_chunks": [],
  "portico.earlier": [],
  "portico.end_bucket_lease": [],
  "portico.end_sessions": [],
  "portico.finish_items": [],
  "portico.forget_object": [],
  "portico.forgive": [],
  "portico.free_usage": [],
  "portico.guard_object": [],
  "portico.hand_over": [],
  "portico.has_come": [],
  "portico.held_rows": [],
  "portico.history_of": [],
  "portico.holders_beside": [],
  "portico.index_type": [],
  "portico.is_held": [],
  "portico.is_live": [],
  "portico.is_over_budget": [],
  "portico.is_walk_due": [],
  "portico.judge_rows": [],
  "portico.keep_audit": [],
  "portico.keep_vectors": [],
  "portico.key_columns": [],
  "portico.known_model": [],
  "portico.look_at": [],
  "portico.make_chunks": [],
  "portico.mark_bucket_rows": [],
  "portico.mark_rows": [],
  "portico.may_act": [],
  "portico.measure": [],
  "portico.model_of": [],
  "portico.next_due": [],
  "portico.note_bucket_rows": [],
  "portico.note_image_change": [],
  "portico.notice": [],
  "portico.nudge": [],
  "portico.objection": [],
  "portico.of_key": [],
  "portico.of_metadata": [],
  "portico.open_bucket_index": [],
  "portico.other_generation": [],
  "portico.own_object": [],
  "portico.pattern_of": [],
  "portico.pieces_of": [],
  "portico.place_object": [],
  "portico.promote": [],
  "portico.prove": [],
  "portico.put_bucket_rows_off": [],
  "portico.quantile": [],
  "portico.read_rows": [],
  "portico.recall": [],
  "portico.recall_links": ["authenticated"],
  "portico.reconcile": [],
  "portico.refuse_object": [],
  "portico.release_rows": [],
  "portico.remove_due": [],
  "portico.rendered": [],
  "portico.renew": [],
  "portico.repeat_upload": [],
  "portico.replay": [],
  "portico.require_same_model": [],
  "portico.retire": [],
  "portico.role_of": [],
  "portico.rollback": [],
  "portico.rows_bound_to": [],
  "portico.schedule": [],
  "portico.seal_of": [],
  "portico.secret": [],
  "portico.see_for_links": ["authenticated"],
  "portico.serve": [],
  "portico.set_aside": [],
  "portico.set_triggers": [],
  "portico.settle": [],
  "portico.settle_due": [],
  "portico.signing_key": [],
  "portico.sink": [],
  "portico.sink_generation": [],
  "portico.source_called": [],
  "portico.state_of": [],
  "portico.stored_by": [],
  "portico.sum_values": [],
  "portico.take": [],
  "portico.take_bucket_rows": [],
  "portico.take_rows": [],
  "portico.tend_generation": [],
  "portico.trail_of": [],
  "portico.unschedule": [],
  "portico.unsink": [],
  "portico.unwatch": [],
  "portico.variants_of": [],
  "portico.vector_of": [],
  "portico.wake": [],
  "portico.wake_index": [],
  "portico.walk_on": [],
  "portico.watch": [],
  "portico.write_intent": [],
  "portico.write_outcome": [],
  "portico_api.add_samples": ["service_role"],
  "portico_api.admit_admin": ["service_role"],
  "portico_api.admit_query": ["authenticated"],
  "portico_api.beat_index_run": ["service_role"],
  "portico_api.begin_admin": ["service_role"],
  "portico_api.begin_index_run": ["service_role"],
  "portico_api.begin_sweep": ["service_role"],
  "portico_api.cancel_upload": ["service_role"],
  "portico_api.claim_admin_items": ["service_role"],
  "portico_api.claim_bucket": ["service_role"],
  "portico_api.claim_image_changes": ["service_role"],
  "portico_api.claim_notices": ["service_role"],
  "portico_api.claim_rows": ["service_role"],
  "portico_api.claim_uploads": ["service_role"],
  "portico_api.close_upload": ["service_role"],
  "portico_api.end_admin": ["service_role"],
  "portico_api.end_index_run": ["service_role"],
  "portico_api.end_sweep": ["service_role"],
  "portico_api.fail_rows": ["service_role"],
  "portico_api.find_excess_variants": ["service_role"],
  "portico_api.find_strays": ["service_role"],
  "portico_api.hold_bucket": ["service_role"],
  "portico_api.index_status": ["service_role"],
  "portico_api.judge_upload": ["service_role"],
  "portico_api.keep_embeddings": ["service_role"],
  "portico_api.keep_links": ["service_role"],
  "portico_api.list_audit": ["service_role"],
  "portico_api.list_people": ["service_role"],
  "portico_api.list_sources": ["anon", "authenticated", "service_role"],
  "portico_api.list_stored": ["service_role"],
  "portico_api.list_tasks": ["service_role"],
  // A policy asks it, as the caller.
  "portico_api.may_see_in_inbox": ["authenticated"],
  "portico_api.open_admin_job": ["service_role"],
  "portico_api.open_links": ["authenticated"],
  "portico_api.open_upload": ["service_role"],
  "portico_api.pause_bucket": ["service_role"],
  "portico_api.pause_index": ["service_role"],
  "portico_api.ping": ["service_role"],
  "portico_api.read_metrics": ["service_role"],
  "portico_api.read_report": ["service_role"],
  "portico_api.reserve_embeddings": ["service_role"],
  "portico_api.rest_admin_jobs": ["service_role"],
  "portico_api.search_index": ["anon", "authenticated", "service_role"],
  "portico_api.see_bucket_page": ["service_role"],
  "portico_api.settle_admin_item": ["service_role"],
  "portico_api.settle_bucket_index": ["service_role"],
  "portico_api.settle_bucket_rows": ["service_role"],
  "portico_api.settle_image_change": ["service_role"],
  "portico_api.settle_notice": ["service_role"],
  "portico_api.settle_rows": ["service_role"],
  "portico_api.show_admin_job": ["service_role"],
  "portico_api.show_person": ["service_role"],
  "portico_api.show_removal": ["service_role"],
  "portico_api.show_upload": ["service_role"],
  "portico_api.sink_status": ["service_role"],
  "portico_api.skip_due": ["service_role"],
  "portico_api.stop_admin_job": ["service_role"],
  "portico_api.sweep_batch": ["service_role"],
  "portico_api.take_old_letters": ["service_role"],
  "portico_api.take_upload": ["service_role"],
  "portico_api.tend_indexes": ["service_role"],
  "portico_api.touch_variant": ["service_role"],
  // By search_index and list_sources, as the caller: nobody reaches the schema
  // over HTTP.
  "portico_index.columns_of": ["anon", "authenticated", "service_role"],
  "portico_index.comparison_sql": ["anon", "authenticated", "service_role"],
  "portico_index.condition_sql": ["anon", "authenticated", "service_role"],
  "portico_index.filter_sql": ["anon", "authenticated", "service_role"],
  "portico_index.filters_sql": ["anon", "authenticated", "service_role"],
  "portico_index.is_key": ["anon", "authenticated", "service_role"],
  "portico_index.key_sql": ["anon", "authenticated", "service_role"],
  "portico_index.operator_of": ["anon", "authenticated", "service_role"],
  "portico_index.plain": ["anon", "authenticated", "service_role"],
  "portico_index.policy_of": ["anon", "authenticated", "service_role"],
  "portico_index.results_of": ["anon", "authenticated", "service_role"],
  "portico_index.run_search": ["anon", "authenticated", "service_role"],
  "portico_index.should_compare_all": ["anon", "authenticated", "service_role"],
  "portico_index.staleness_of": ["anon", "authenticated", "service_role"],
  "portico_index.take_query": ["authenticated"],
  "portico_index.weights_of": ["anon", "authenticated", "service_role"],
  "portico_index.with_words": ["anon", "authenticated", "service_role"],
  "portico_index.words_of": ["anon", "authenticated", "service_role"],
};

/** Whose folder an object is in, as Alice sees it. */
const FOLDERS = {
  "her own": ALICE,
  "another's": BOB,
  "one that looks like hers": `${ALICE}x`,
  "none": "",
} as const;

type Folder = keyof typeof FOLDERS;

/** What may be done with an object, by its bucket and whose folder it is in. */
const OBJECTS: Readonly<
  Record<string, Partial<Record<Role, Partial<Record<Folder, Verb[]>>>>>
> = {
  photos: {
    authenticated: { "her own": ["select", "delete"] },
  },
  documents: {
    authenticated: { "her own": ["select", "delete"] },
  },
  // With a ticket that is open, as all of these are. What has arrived has closed
  // its ticket, and is nobody's to see: completion_test.
  "portico-inbox": {
    authenticated: { "her own": ["select", "insert"] },
  },
  "portico-quarantine": {},
  // Public, which is not for policies to say; and the service's to write.
  "portico-variants": {},
};

/** Whether Postgres lets `claims` do `work`, which is then taken back. */
async function isAllowed(
  claims: Claims,
  work: (sql: Sql) => Promise<unknown[]>,
): Promise<boolean> {
  const undo = new Error("Undo");
  let rows: unknown[] = [];
  try {
    await world.stack.database.as(claims, async (sql) => {
      rows = await work(sql);
      throw undo;
    });
  } catch (error) {
    if (error === undo) return rows.length > 0;
    if (isSqlError(error, "42501")) return false;
    throw error;
  }
  return false;
}

Deno.test("the table of rights names all that is in the database", async () => {
  const tables = await world.rows<{ name: string }>(
    `select relnamespace::regnamespace || '.' || relname as name
     from pg_class
     where relnamespace::regnamespace::text like 'portico%'
       and relkind in ('r', 'v', 'm', 'p', 'f') order by 1`,
  );
  const functions = await world.rows<{ name: string }>(
    `select distinct pronamespace::regnamespace || '.' || proname as name
     from pg_proc where pronamespace::regnamespace::text like 'portico%'
     order by 1`,
  );
  const buckets = await world.rows<{ name: string }>(
    "select id as name from storage.buckets order by 1",
  );
  const names = (rows: readonly { name: string }[]) =>
    rows.map(({ name }) => name);

  deepStrictEqual(names(tables), TABLES);
  deepStrictEqual(names(functions), Object.keys(FUNCTIONS));
  deepStrictEqual(names(buckets), Object.keys(OBJECTS).sort());
});

Deno.test("every table of ours has row-level security", async () => {
  deepStrictEqual(
    await world.rows(
      `select relname from pg_class
       where relnamespace::regnamespace::text like 'portico%'
         and relkind in ('r', 'p') and not relrowsecurity`,
    ),
    [],
  );
});

for (const [role, claims] of Object.entries(ROLES)) {
  Deno.test(`${role} has no right to any table of ours`, async () => {
    const allowed: string[] = [];
    for (const table of TABLES.filter((it) => !READABLE.includes(it))) {
      for (const verb of VERBS) {
        const has = await world.rows<{ it: boolean }>(
          "select has_table_privilege($1, $2, $3) as it",
          [role, table, verb],
        );
        if (has[0]?.it) allowed.push(`${verb} ${table}`);
      }
      const read = (sql: Sql) => sql.query(`select 1 from ${table} limit 1`);
      if (await isAllowed(claims, read)) allowed.push(table);
    }

    deepStrictEqual(allowed, []);
  });

  Deno.test(`${role} may call the functions that it needs`, async () => {
    const callable = await world.rows<{ name: string }>(
      `select distinct pronamespace::regnamespace || '.' || proname as name
       from pg_proc
       where pronamespace::regnamespace::text like 'portico%'
         and has_function_privilege($1, oid, 'execute')
       order by 1`,
      [role],
    );

    deepStrictEqual(
      callable.map(({ name }) => name),
      Object.entries(FUNCTIONS)
        .filter(([, roles]) => roles.includes(role as Role))
        .map(([name]) => name),
    );
  });
}

/** One statement of each kind on the object `name` of `bucket`. */
const STATEMENTS: Readonly<
  Record<Verb, (sql: Sql, at: [string, string]) => Promise<unknown[]>>
> = {
  select: (sql, at) =>
    sql.query(
      "select 1 from storage.objects where bucket_id = $1 and name = $2",
      at,
    ),
  insert: (sql, [bucket, name]) =>
    sql.query(
      `with made as (
         insert into storage.objects (bucket_id, name) values ($1, $2 || '2')
       ) select 1`,
      [bucket, name],
    ),
  update: (sql, at) =>
    sql.query(
      `update storage.objects set metadata = '{}'
       where bucket_id = $1 and name = $2 returning 1`,
      at,
    ),
  delete: async (sql, at) => {
    // Storage says so of itself; without it nobody deletes a row by SQL.
    await sql.run("set local storage.allow_delete_query = 'true'");
    return await sql.query(
      `delete from storage.objects where bucket_id = $1 and name = $2
       returning 1`,
      at,
    );
  },
};

/** A ticket of Alice's, so that policies alone decide. */
async function openTicket(bucket: string, path: string): Promise<void> {
  await world.rows(
    `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
       bytes, expires_at)
     values ($1, $2, $3, $2, $3, 'text/plain', 1, now() + interval '1 hour')`,
    [ALICE, bucket, path],
  );
}

for (const [bucket, rights] of Object.entries(OBJECTS)) {
  for (const [folder, prefix] of Object.entries(FOLDERS)) {
    const name = prefix === "" ? "file" : `${prefix}/file`;
    await openTicket(bucket, name);
    await openTicket(bucket, `${name}2`);
    await world.rows(
      "insert into storage.objects (bucket_id, name) values ($1, $2)",
      [bucket, name],
    );

    for (const role of ["anon", "authenticated"] as const) {
      const right: readonly Verb[] = rights[role]?.[folder as Folder] ?? [];
      const what = right.length === 0 ? "do nothing" : right.join(", ");
      Deno.test(`${role} may ${what} in ${bucket}, in ${folder} folder`, async () => {
        const allowed: Verb[] = [];
        for (const verb of VERBS) {
          const work = (sql: Sql) => STATEMENTS[verb](sql, [bucket, name]);
          if (await isAllowed(ROLES[role], work)) allowed.push(verb);
        }

        deepStrictEqual(allowed, right);
      });
    }
  }
}

for (const [role, claims] of Object.entries(ROLES)) {
  Deno.test(`${role} may add nothing without a ticket`, async () => {
    for (const bucket of Object.keys(OBJECTS)) {
      // Pictures are made here, and nobody uploads them.
      if (bucket === "portico-variants" && role === "service_role") continue;
      const name = `${ALICE}/unasked`;
      const add = (sql: Sql) => STATEMENTS.insert(sql, [bucket, name]);
      strictEqual(await isAllowed(claims, add), false);
    }
  });
}

for (const role of ["anon", "authenticated"] as const) {
  Deno.test(`${role} may do nothing with a bucket itself`, async () => {
    const allowed: string[] = [];
    const statements: Readonly<Record<Verb, string>> = {
      select: "select 1 from storage.buckets",
      insert:
        "insert into storage.buckets (id, name) values ('x', 'x') returning 1",
      update: "update storage.buckets set public = true returning 1",
      delete: "delete from storage.buckets returning 1",
    };
    for (const [verb, statement] of Object.entries(statements)) {
      const work = (sql: Sql) => sql.query(statement);
      if (await isAllowed(ROLES[role], work)) allowed.push(verb);
    }

    deepStrictEqual(allowed, []);
  });
}
