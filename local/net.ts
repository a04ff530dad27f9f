/**
 * The worker of `pg_net`: sends what SQL has queued.
 *
 * As the real one it takes a request out of the queue before it sends it, so
 * that each is sent at most once and none is tried again, and it finishes a
 * batch before it takes the next.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** A row of `net.http_request_queue`. */
interface Queued {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly timeoutMs: number;
}

/** What became of a request: an answer, or the reason that there is none. */
type Outcome =
  | {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly content: string;
  }
  | { readonly error: string; readonly timedOut: boolean };

/** Who the worker is: the tables are open to all, and so are their triggers. */
const WORKER = "net_worker";

/** Source: the default of `pg_net.batch_size`. */
const BATCH = 200;

/** Starts the worker. It sends nothing more once it is disposed of. */
export async function startNet(
  database: Database,
  log: (line: string) => void,
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let working: Promise<void> | undefined;
  let isCalled = false;

  async function serve(request: Queued): Promise<void> {
    const { method, url } = request;
    try {
      const outcome = await send(request, stop.signal);
      if (stop.signal.aborted) return;
      await record(database, request, outcome);
      const complaint = complaintOf(outcome);
      if (complaint) log(`${method} ${url}: ${complaint}`);
    } catch (error) {
      // A constraint or a trigger of the project's, say. The others go on.
      log(`${method} ${url}: Cannot keep the answer: ${error}`);
    }
  }

  async function work(): Promise<void> {
    while (isCalled && !stop.signal.aborted) {
      isCalled = false;
      try {
        const batch = await take(database);
        await Promise.all(batch.map(serve));
        if (batch.length === BATCH) isCalled = true;
      } catch (error) {
        log(`Cannot read the queue: ${error}`);
      }
    }
    working = undefined;
  }

  function wake(): void {
    isCalled = true;
    working ??= work();
  }

  await database.listen("net_http", wake);
  wake(); // what an earlier stack has left
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
    },
  };
}

/** Once this has committed, nobody sends them again. */
function take(database: Database): Promise<Queued[]> {
  return database.asRole(WORKER, async (sql) => {
    const [{ exists } = { exists: false }] = await sql.query<
      { exists: boolean }
    >("select to_regclass('net.http_request_queue') is not null as exists");
    if (!exists) return [];
    await sql.run(
      `delete from net._http_response
       where created < now() - interval '6 hours'`,
    );
    return await sql.query<Queued>(
      `delete from net.http_request_queue where id in (
         select id from net.http_request_queue order by id limit ${BATCH}
       ) returning id, method, url, headers, body,
         timeout_milliseconds as "timeoutMs"`,
    );
  });
}

async function send(
  { url, method, headers, body, timeoutMs }: Queued,
  stop: AbortSignal,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(Math.max(0, timeoutMs));
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: "manual", // libcurl follows none unless it is told to
      signal: AbortSignal.any([timeout, stop]),
    });
    const content = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      content: content.replaceAll("\0", ""), // Postgres has no such text
    };
  } catch (error) {
    if (timeout.aborted) {
      const error = `Timeout of ${timeoutMs} ms reached`;
      return { error, timedOut: true };
    }
    const reason = error instanceof Error ? error.message : String(error);
    return { error: reason, timedOut: false };
  }
}

async function record(
  database: Database,
  { id }: Queued,
  outcome: Outcome,
): Promise<void> {
  const answer = "status" in outcome ? outcome : undefined;
  const failure = "error" in outcome ? outcome : undefined;
  await database.asRole(WORKER, (sql) =>
    sql.query(
      `insert into net._http_response (id, status_code, content_type, headers,
         content, timed_out, error_msg) values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id,
        answer?.status,
        answer?.headers["content-type"],
        answer?.headers,
        answer?.content,
        failure?.timedOut ?? false,
        failure?.error,
      ],
    ));
}

/** What somebody who watches the stack should see. */
function complaintOf(outcome: Outcome): string | undefined {
  if ("error" in outcome) return outcome.error;
  return outcome.status < 400 ? undefined : `answered ${outcome.status}`;
}
