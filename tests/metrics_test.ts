/**
 * From what functions do to what a scraper reads: counted in their instances,
 * added up in the database.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { sendAsService } from "../supabase/functions/_shared/get.ts";
import {
  BOUNDS,
  CATALOGUE,
  COUNTED,
} from "../supabase/functions/_shared/telemetry/catalogue.ts";
import { meterOf } from "../supabase/functions/_shared/telemetry/flush.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { testScope } from "../supabase/functions/_shared/testing/scope.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { RANGES, REPORTS } from "../supabase/functions/metrics/report.ts";
import { supabaseStore } from "../supabase/functions/metrics/store.ts";
import sweep from "../supabase/functions/sweep/index.ts";
import { startEdited } from "./edited.ts";
import { shelfOf } from "./index/shelf.ts";
import { until } from "./until.ts";

const TOKEN = "a-token-for-nothing-but-metrics";

const world = await startEdited({}, {
  "functions/.env": `PORTICO_METRICS_TOKEN=${TOKEN}\n`,
});
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const base = `${world.stack.url}/functions/v1`;
const headers = { authorization: `Basic ${btoa(`metrics:${TOKEN}`)}` };
const PNG = await Deno.readFile(new URL("./files/photo.png", import.meta.url));

/** Lines of what a scraper reads, without what is said about them. */
async function scrape(): Promise<string[]> {
  const response = await fetch(`${base}/metrics`, { headers });
  strictEqual(response.status, 200);
  const lines = (await response.text()).split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * Waits until the scraper reads all of `wanted`: instances write down what they
 * have counted after a while, each for itself.
 */
async function read(wanted: readonly string[]): Promise<void> {
  let lines: string[] = [];
  const missing = () => wanted.filter((it) => !lines.includes(it));
  await until(async () => {
    lines = await scrape();
    return missing().length === 0;
  }).catch(() => deepStrictEqual(lines, missing()));
}

Deno.test("what people do is counted, whichever function they ask", async () => {
  const { client } = await world.newPerson();
  const bytes = PNG.length;
  const upload = async (name: string, body: Uint8Array<ArrayBuffer>) => {
    const { data: ticket, error } = await client.functions.invoke(
      "signed-upload",
      {
        body: { bucket: "photos", name, type: "image/png", bytes },
      },
    );
    strictEqual(error, null, await error?.context?.text());
    const { standard } = ticket;
    await client.storage.from(standard.bucket)
      .uploadToSignedUrl(standard.path, standard.token, body, standard.options);
    await client.functions.invoke("signed-upload/complete", {
      body: { id: ticket.id },
    });
    return ticket.object.path;
  };
  const path = await upload("a.png", PNG);
  await upload("b.png", new Uint8Array(bytes));
  const { data: { session } } = await client.auth.getSession();
  const picture = `${base}/image-proxy/authenticated/photos/${path}?width=64`;
  const authorization = `Bearer ${session?.access_token}`;
  const image = await fetch(picture, {
    headers: { authorization, accept: "image/webp" },
  });
  const etag = image.headers.get("etag") ?? "";
  const { byteLength } = await image.arrayBuffer();
  const again = await fetch(picture, {
    headers: { authorization, accept: "image/webp", "if-none-match": etag },
  });
  await fetch(`${base}/vector-search`, { method: "POST" });
  const { error } = await world.service().functions.invoke("admin-users", {
    body: { action: "create", email: "new@example.com" },
    headers: { apikey: world.stack.keys.secret },
  });

  strictEqual(again.status, 304);
  strictEqual(error, null, await error?.context?.text());
  const images = 'portico_images_total{source="png",result="webp"';
  const http = "portico_http_requests_total{function=";
  const photos = 'portico_uploads_total{bucket="photos"';
  await read([
    `${photos},result="issued",reason=""} 2`,
    `${photos},result="verified",reason=""} 1`,
    `${photos},result="refused",reason="type_mismatch"} 1`,
    `${images},cache="none",engine="wasm"} 1`,
    'portico_images_total{source="none",result="none",cache="caller",' +
    'engine="none"} 1',
    `portico_http_response_bytes_total{function="image-proxy"} ${byteLength}`,
    `${http}"vector-search",method="POST",status="401",region="local"} 1`,
    'portico_cold_starts_total{function="signed-upload",region="local"} 1',
    'portico_admin_actions_total{action="create",result="done"} 1',
    'portico_http_request_duration_seconds_count{function="image-proxy"} 2',
    'portico_image_cost_seconds_count{result="webp"} 1',
  ]);
});

Deno.test("queues, jobs and usage are read from the database", async () => {
  const shelf = shelfOf(world);
  await shelf.run(`
    create table public.notes (id int primary key, text text);
    select portico.watch('notes', 'public.notes', 'text');
    insert into public.notes values (1, 'a cat'), (2, 'a dog');
  `);

  const lines = await scrape();
  const own = lines.filter((it) => it.includes('{source="notes"}'));
  deepStrictEqual(own.map((it) => it.replace(/_seconds.* .*/, "_seconds")), [
    'portico_index_queued_rows{source="notes"} 2',
    "portico_index_oldest_change_seconds",
    'portico_index_dead_rows{source="notes"} 0',
    'portico_index_paused{source="notes"} 0',
    'portico_embedding_calls_total{source="notes"} 0',
    'portico_embedding_tokens_total{source="notes"} 0',
  ]);
  await shelf.index();
  await read(['portico_index_rows_total{result="written"} 2']);
  const job = 'portico_job_last_run_timestamp_seconds{job="vector-index"}';
  const ran = (await scrape()).find((it) => it.startsWith(job));
  const at = Number(ran?.split(" ").at(-1));
  ok(Math.abs(at - Date.now() / 1000) < 60, ran);
});

Deno.test("every metric that is read is in the catalogue, with its labels", async () => {
  const read = await world.rows<{ it: { metric: string; labels: object }[] }>(
    "select portico_api.read_metrics() as it",
  );

  for (const { metric, labels } of read[0]?.it ?? []) {
    const known = CATALOGUE.get(metric);
    ok(known, metric);
    deepStrictEqual(
      Object.keys(labels).sort(),
      known.labels.toSorted(),
      metric,
    );
  }
});

Deno.test("each report has each range", async () => {
  for (const report of REPORTS) {
    for (const range of Object.keys(RANGES)) {
      const url = `${base}/metrics/reports/${report}?range=${range}`;
      const response = await fetch(url, { headers });
      strictEqual(response.status, 200, `${report} ${range}`);
      await response.body?.cancel();
    }
  }
  const url = `${base}/metrics/reports/uploads?range=24h`;
  const { unit, rows } = await (await fetch(url, { headers })).json();
  strictEqual(unit, "1 hour");
  const [{ at, ...first }] = rows;
  ok(Date.now() - Date.parse(at) < 3_660_000, at);
  deepStrictEqual(Object.keys(first).sort(), [
    ...["bucket", "reason", "result", "uploads"],
  ]);
  const now = `${base}/metrics/reports/freshness`;
  const { rows: [index] } = await (await fetch(now, { headers })).json();
  const { at: _, ...notes } = index;
  deepStrictEqual(notes, {
    ...{ source: "notes", generation: 1 },
    ...{ queued: 0, "oldest_change_s": 0, dead: 0 },
  });
});

Deno.test("samples add up, whoever sends them, and past steps stay", async () => {
  const labels = { job: "adding" };
  const send = (value: number[], metric: string = COUNTED.runs.name) =>
    world.rows(
      "select portico_api.add_samples(jsonb_build_array($1::jsonb))",
      [{ metric, labels, value }],
    );
  await send([1]);
  await world.rows(
    `update portico.metric_history set at = at - 2 * step
     where labels ->> 'job' = 'adding'`,
  );
  await send([2.5]);
  await send([1, 2, 3], "adding");
  await send([1, 0, 1, 4], "adding");

  const totals = await world.rows<{ value: number[] }>(
    `select value from portico.metric_totals where labels = $1
     order by metric`,
    [labels],
  );
  const past = await world.rows<{ step: string; value: number[] }>(
    `select step::text, value from portico.metric_history
     where labels = $1 and metric = $2 order by step, at`,
    [labels, COUNTED.runs.name],
  );
  deepStrictEqual(totals.map(({ value }) => value), [[2, 2, 4, 4], [3.5]]);
  deepStrictEqual(past.map(({ step, value }) => [step, ...value]), [
    ...[["00:01:00", 1], ["00:01:00", 2.5]],
    ...[["01:00:00", 1], ["01:00:00", 2.5]],
  ]);
});

Deno.test("who sends too many samples at once adds none", async () => {
  const samples = Array(2_001).fill({
    ...{ metric: "flood", labels: {}, value: [1] },
  });

  await rejects(
    world.rows("select portico_api.add_samples($1::jsonb)", [samples]),
    /Cannot add more than 2,000/,
  );

  const [row] = await world.rows<{ n: number }>(
    "select count(*)::int as n from portico.metric_totals where metric = 'flood'",
  );
  strictEqual(row?.n, 0);
});

Deno.test("a quantile lies where Postgres has it, as near as its bounds are", async () => {
  const seen = Array.from({ length: 500 }, (_, n) => (n * 7919 % 500) / 50);
  const within = [...BOUNDS, Infinity].map((bound, at) => {
    const before = BOUNDS[at - 1] ?? -1;
    return seen.filter((it) => before < it && it <= bound).length;
  });
  for (const share of [0.5, 0.95, 0.99]) {
    const [row] = await world.rows<{ ours: number; theirs: number }>(
      `select portico.quantile($1::float8[], $2) as ours,
         percentile_cont($2::float8) within group (order by it) as theirs
       from unnest($3::float8[]) as it`,
      [[...within, 0], share, seen],
    );
    const { ours, theirs } = row ?? { ours: NaN, theirs: 0 };
    ok(Math.abs(ours - theirs) < 0.1, `${share}: ${ours} for ${theirs}`);
  }
  const [none] = await world.rows<{ it: number | null }>(
    "select portico.quantile(array_fill(0::float8, array[15]), 0.5) as it",
  );
  strictEqual(none?.it, null);
});

Deno.test("sweep removes what no report asks for any more", async () => {
  await world.rows(
    `insert into portico.metric_history
     select step, now() - age, 'old', '{}', '{1}'
     from (values ('1 minute'::interval, '26 hours'::interval),
       ('1 minute', '23 hours'), ('1 hour', '30 days'), ('1 hour', '27 days')
     ) as it (step, age)`,
  );

  const response = await fetch(`${base}/sweep`, {
    method: "POST",
    headers: {
      apikey: world.stack.keys.secret,
      "content-type": "application/json",
    },
    body: JSON.stringify({ tasks: ["metric_history"] }),
  });

  const { tasks: [task] } = await response.json();
  strictEqual(task.removed, 2);
  const left = await world.rows(
    "select from portico.metric_history where metric = 'old'",
  );
  strictEqual(left.length, 2);
});

Deno.test("what the database does not take is kept, and counted once", async () => {
  let isDown = true;
  const taken: unknown[] = [];
  await using database = serve(async (request) => {
    if (isDown) {
      isDown = false;
      return new Response(null, { status: 503 });
    }
    const { samples } = await request.json();
    taken.push(...samples);
    return Response.json(null);
  });
  const config = testConfig(database.url, { PORTICO_METRICS_TOKEN: TOKEN });
  const request = () => new Request("http://localhost/sweep/health");

  await sweep.within(config).fetch(request());
  await sweep.within(config).fetch(request());

  const [requests] = await until(() =>
    Promise.resolve(taken.length > 0 ? taken : undefined)
  ).then((all) =>
    all.filter((it) => JSON.stringify(it).includes(COUNTED.requests.name))
  );
  deepStrictEqual(requests, {
    metric: COUNTED.requests.name,
    labels: {
      ...{ function: "sweep", method: "GET" },
      ...{ status: "200", region: "unknown" },
    },
    value: [2],
  });
  strictEqual(meterOf("sweep", config).isEmpty, true);
});

Deno.test("nothing is counted where nobody reads it", async () => {
  const config = testConfig("http://127.0.0.1:1");

  await sweep.within(config).fetch(
    new Request("http://localhost/sweep/health"),
  );

  strictEqual(meterOf("sweep", config).isEmpty, true);
});

Deno.test("a database that is away makes metrics 503, and says when to come back", async () => {
  const scope = testScope(testConfig("http://127.0.0.1:1"));
  // As the service: as the function does.
  const store = supabaseStore(sendAsService(scope));

  await rejects(store.samples(), {
    status: 503,
    title: "Database unavailable",
  });
});
