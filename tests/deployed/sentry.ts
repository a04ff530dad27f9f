/**
 * A stand-in for Sentry that takes one report.
 *
 * @module
 */
import { serve } from "../../supabase/functions/_shared/testing/server.ts";

/** A running stand-in. */
export interface Sentry extends AsyncDisposable {
  /** For `SENTRY_DSN`. */
  readonly dsn: string;
  /** The first report, as it was sent. Rejects if none comes. */
  readonly report: Promise<string>;
}

/** How long a report may take. It takes a second, with the import of the SDK. */
const PATIENCE_MS = 20_000;

/** Starts one. */
export function startSentry(): Sentry {
  const first = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => first.reject(new Error("No report came")),
    PATIENCE_MS,
  );
  const server = serve(async (request) => {
    first.resolve(await request.text());
    return Response.json({});
  });
  return {
    dsn: `http://public@127.0.0.1:${server.port}/1`,
    report: first.promise,
    [Symbol.asyncDispose]() {
      clearTimeout(timer);
      return server[Symbol.asyncDispose]();
    },
  };
}
