/**
 * Runs of the second stage in this process, and a Storage that does as it is told.
 *
 * @module
 */
import type { Scope } from "../../supabase/functions/_shared/route.ts";
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";
import { testScope } from "../../supabase/functions/_shared/testing/scope.ts";
import { serve } from "../../supabase/functions/_shared/testing/server.ts";
import {
  type Bucket,
  supabaseBucket,
} from "../../supabase/functions/vector-index/bucket/bucket.ts";
import {
  type Ledger,
  supabaseLedger,
} from "../../supabase/functions/vector-index/bucket/ledger.ts";
import {
  Sink,
  type SinkBudget,
} from "../../supabase/functions/vector-index/bucket/sink.ts";
import { SINK } from "../../supabase/functions/vector-index/policy.ts";
import type { World } from "../world.ts";

/** How a run differs from one that works for the function. */
export interface Manner {
  /** Of Storage: the stack's own unless stated. */
  readonly url?: string;
  readonly budget?: Partial<SinkBudget>;
  /** Is told of each call before it is made, and may end the run. */
  readonly before?: (call: string) => void | Promise<void>;
  /** Is told of each call after it was made, and may lose its answer. */
  readonly after?: (call: string) => void | Promise<void>;
}

/** A run that nobody else knows. */
export function newRun(world: World, manner: Manner = {}): Sink {
  const { url = world.stack.url, budget = {}, ...told } = manner;
  const whole = { ...SINK, ...budget };
  const ledger = supabaseLedger(world.service(), crypto.randomUUID());
  const bucket = supabaseBucket(scopeOf(world, url), whole.callMs);
  return new Sink(
    watched(ledger, told) as Ledger,
    watched(bucket, told) as Bucket,
    whole,
  );
}

/** Has a run do all that it can. */
export async function drain(run: Sink): Promise<Sink["tally"]> {
  while (await run.step());
  return run.tally;
}

/** Lets the time of every lease and of every wait pass. */
export async function letTimePass(world: World): Promise<void> {
  await world.rows(
    `update portico.bucket_indexes
     set leased_until = '-infinity', not_before = '-infinity'`,
  );
  await world.rows("update portico.bucket_rows set due_at = '-infinity'");
}

/** Of the service, with Storage at `url`. */
export function scopeOf({ stack: { keys } }: World, url: string): Scope {
  const secretKeys = { default: keys.secret };
  return testScope({ ...testConfig(url), secretKeys });
}

function watched(
  port: object,
  { before = () => {}, after = () => {} }: Manner,
): unknown {
  return Object.fromEntries(
    Object.entries(port).map(([name, act]) => [
      name,
      async (...given: unknown[]) => {
        await before(name);
        const answer = await act(...given);
        await after(name);
        return answer;
      },
    ]),
  );
}

/** A call of Storage, and what may be made of it. */
export interface Call {
  /** `PutVectors` and the like. */
  readonly operation: string;
  readonly body: string;
  /** Has it done, and says what Storage has answered. */
  forward(): Promise<Response>;
  /** The same of another body. */
  repeat(body: unknown): Promise<Response>;
  /** Ends when the caller has gone. */
  gone(): Promise<void>;
}

/** Storage, with something in front of it. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** The operations that came, faults included. */
  readonly calls: string[];
  /** Answers in place of Storage, if it answers. */
  fault: (call: Call) => Response | undefined | Promise<Response | undefined>;
}

/** A fault of one operation. */
export function on(operation: string, fault: Front["fault"]): Front["fault"] {
  return (call) => call.operation === operation ? fault(call) : undefined;
}

/** Puts something in front of the Storage of `world`, which does nothing yet. */
export function startFront(world: World): Front {
  const closing = Promise.withResolvers<void>();
  const server = serve(async (request) => {
    const { pathname } = new URL(request.url);
    const operation = pathname.split("/").at(-1) ?? "";
    const body = await request.text();
    front.calls.push(operation);
    const { method } = request;
    const headers = new Headers(request.headers);
    const send = (body: string) =>
      fetch(world.stack.url + pathname, { method, headers, body });
    const forward = () => send(body);
    const repeat = (other: unknown) => {
      headers.delete("content-length");
      return send(JSON.stringify(other));
    };
    const gone = () => Promise.race([closing.promise, end(request.signal)]);
    return await front.fault({ operation, body, forward, repeat, gone }) ??
      await forward();
  });
  const front: Front = {
    url: server.url,
    calls: [],
    fault: () => undefined,
    [Symbol.asyncDispose]: () => {
      closing.resolve();
      return server[Symbol.asyncDispose]();
    },
  };
  return front;
}

function end(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
