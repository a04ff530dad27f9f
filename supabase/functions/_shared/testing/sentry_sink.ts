/**
 * A receiver of Sentry's envelopes: it takes them apart, and answers as a test
 * says.
 *
 * Source of the format: Sentry's developer documentation, "Envelopes".
 *
 * @module
 */
import { serve } from "./server.ts";

/** One thing that Sentry is told. */
export interface Item {
  /** `event`, `transaction`, `log` or `check_in`. */
  readonly type: string;
  readonly payload: unknown;
  /** The header of the envelope that it came in. */
  readonly envelope: Readonly<Record<string, unknown>>;
}

/** A running receiver. `await using` closes it. */
export interface SentrySink extends AsyncDisposable {
  /** For `SENTRY_DSN`. */
  readonly dsn: string;
  /** Everything that came, as text. */
  readonly texts: readonly string[];
  readonly items: readonly Item[];
  /** The first `count` items of a type. Rejects if they do not come. */
  received(type: string, count?: number): Promise<Item[]>;
  /** What is answered: that it was taken, unless a test says otherwise. */
  answer: () => Response | Promise<Response>;
}

/** How long reports may take, with the import of the SDK, on a busy machine. */
const PATIENCE_MS = 20_000;

/** Starts one on a free port. */
export function startSentrySink(): SentrySink {
  const texts: string[] = [];
  const items: Item[] = [];
  const waiting = new Set<() => void>();
  const closing = Promise.withResolvers<Response>();
  const server = serve(async (request) => {
    const text = await request.text();
    texts.push(text);
    items.push(...itemsOf(text));
    waiting.forEach((look) => look());
    return await Promise.race([sink.answer(), closing.promise]);
  });
  const sink: SentrySink = {
    dsn: `http://public@127.0.0.1:${server.port}/1`,
    ...{ texts, items },
    answer: () => Response.json({}),
    received(type, count = 1) {
      const { promise, resolve, reject } = Promise.withResolvers<Item[]>();
      const look = () => {
        const found = items.filter((it) => it.type === type);
        if (found.length >= count) resolve(found.slice(0, count));
      };
      const timer = setTimeout(
        () => reject(new Error(`Fewer than ${count} items of ${type} came`)),
        PATIENCE_MS,
      );
      waiting.add(look);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(look);
      });
    },
    [Symbol.asyncDispose]() {
      closing.resolve(new Response()); // for whoever waits for no answer
      return server[Symbol.asyncDispose]();
    },
  };
  return sink;
}

/**
 * What is at `path` of an item: `contexts.trace.status`, `spans.0.op`.
 */
export function factOf({ payload }: Item, path: string): unknown {
  let found = payload;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}

/** Lines of JSON: the envelope's header, and of each item its header and itself. */
function itemsOf(text: string): Item[] {
  const [first = "{}", ...lines] = text.split("\n");
  const envelope = JSON.parse(first);
  const found: Item[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const { type } = JSON.parse(lines[at] ?? "{}");
    const payload = JSON.parse(lines[at + 1] ?? "null");
    found.push({ type, payload, envelope });
  }
  return found;
}
