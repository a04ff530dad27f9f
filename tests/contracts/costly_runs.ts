/**
 * The costliest requests that `vector-index` accepts.
 *
 * @module
 */
import { BUDGET } from "../../supabase/functions/vector-index/policy.ts";
import type { Contract, Costly, Place, Prepared } from "./contract.ts";
import { shelfOf } from "../index/shelf.ts";
import { until } from "../until.ts";
import { askIndex, isIdle, NAME, type Notes, notesIn } from "./indexes.ts";
import { operator, signed } from "./sweeps.ts";
import { sentences } from "./texts.ts";

/** What the route reads of a body, in bytes. */
const BODY_BYTES = 4 * 2 ** 20;

/** Of a row's text, in bytes: half of `most_bytes` of …0920. */
const ROW_BYTES = 2 ** 20;

/** As many as one chunk of them has. */
const CHUNK_BYTES = 650;

/** More than one run puts into a bucket. */
const VECTORS = 10_000;

/** A change of one row, which has something else to say each time. */
const change: Costly = {
  name: "a row that has changed",
  status: 200,
  async prepare(place) {
    const notes = await freshNotes(place);
    await notes.add(["a cat"]);
    let n = 0;
    return async () => {
      await notes.run(`update public.contract_notes set body = 'cat ${++n}'`);
      return await askIndex(place);
    };
  },
};

/** Bodies of as many bytes as a chunk has, no two alike. */
function chunks(count: number): string[] {
  return Array.from({ length: count }, (_, n) => sentences(n, CHUNK_BYTES));
}

/** A run over these rows, all of which are new. */
function run(
  name: string,
  bodies: () => readonly string[],
  options = "",
): Costly {
  return {
    name,
    status: 200,
    times: 1,
    async prepare(place) {
      const notes = await freshNotes(place, options);
      await notes.add(bodies());
      return () => askIndex(place);
    },
  };
}

/** Instead of those of the request before. */
async function freshNotes(place: Place, options = ""): Promise<Notes> {
  const { world } = place;
  const [{ isThere } = { isThere: false }] = await world.rows<
    { isThere: boolean }
  >(`select to_regclass('public.contract_notes') is not null as "isThere"`);
  if (isThere) {
    // The request before may have called another run.
    await until(() => isIdle(shelfOf(world)));
    await world.stack.database.asRole("postgres", (sql) =>
      sql.run(
        `select portico.unwatch('${NAME}'); drop table public.contract_notes`,
      ));
  }
  return await notesIn(world, options);
}

/** Answered at once; it goes on, and waits for what may come within a second. */
const nudged: Costly = {
  name: "a nudge, with all that it has done",
  status: 202,
  times: 3,
  async prepare(place) {
    const notes = await freshNotes(place);
    await notes.add(["a cat"]);
    const body = JSON.stringify({ function: "vector-index" });
    const { webhookSecret } = place.world.stack.keys;
    return async () => {
      const response = await askIndex(
        place,
        body,
        signed(webhookSecret, { body }),
      );
      await until(() => isIdle(notes));
      return response;
    };
  },
};

/** Chunks that are indexed, and have to go into a Vector bucket. */
const bucketful: Costly = {
  name: "as many vectors as a run puts into a bucket",
  status: 200,
  times: 1,
  async prepare(place) {
    const notes = await freshNotes(place);
    await notes.add(chunks(1));
    await (await askIndex(place)).body?.cancel();
    const [made] = await notes.rows<{ id: number }>(
      "select id from portico_index.generations",
    );
    const table = `portico_index.chunks_${made?.id}`;
    await notes.run(
      `insert into ${table} (key_1, m_org, n, content, hash, embedding, seal,
         chunks, version)
       select i, m_org, n, content, hash, embedding, seal, chunks, version
       from ${table}, generate_series(2, ${VECTORS}) as i;
       select portico.sink('${NAME}', 'costly', 'notes')`,
    );
    return () => askIndex(place);
  },
};

const MARKDOWN = `, chunking => '{"format": "markdown"}'`;

/** Each at one of the limits. */
export const COSTLY: Contract["costly"] = [
  change,
  {
    name: "a run with nothing due",
    status: 200,
    prepare: (place) => Promise.resolve(() => askIndex(place)),
  },
  nudged,
  run("a thousand rows of a chunk each", () => chunks(1_000)),
  run("as many chunks as a run makes", () => chunks(BUDGET.maxChunks)),
  bucketful,
  run("the longest text", () => [sentences(0, ROW_BYTES)]),
  run("the longest Markdown", () => [sentences(0, ROW_BYTES)], MARKDOWN),
  {
    name: "the longest delivery",
    status: 202,
    prepare: (place) => Promise.resolve(() => askIndex(place, longest())),
  },
  {
    name: "how every source is doing",
    status: 200,
    prepare: (place) =>
      Promise.resolve(() => place.call("", { headers: operator(place) })),
  },
];

/** Of a table that nobody watches: it is read all the same. */
function longest(): string {
  const record = { body: "x".repeat(BODY_BYTES - 1_000) };
  const of = { type: "INSERT", schema: "public", table: "others" };
  return JSON.stringify({ ...of, record });
}

/** The database says what is due. */
export const FAILING: Prepared = {
  prepare: (place) => Promise.resolve(() => askIndex(place)),
};
