/**
 * All accounts that match, as a file, sent as it is read. Who takes it is written
 * down.
 *
 * @module
 */
import type { Call } from "../_shared/route.ts";
import type { Actor } from "./actor.ts";
import { CSV_HEAD, csvOf } from "./csv.ts";
import type { Directory, Page } from "./directory.ts";
import type { For } from "./input.ts";
import type { Ledger } from "./ledger.ts";
import { perform } from "./perform.ts";
import { planElsewhere } from "./plan.ts";

/** Accounts that are in memory at a time. */
const AT_ONCE = 500;

/**
 * The file.
 *
 * @throws {Problem} As `perform()` and the directory do.
 */
export async function exportPeople(
  { caller: actor, input, requestId }: Call<Actor, For<"export">>,
  { directory, ledger }: {
    readonly directory: Directory;
    readonly ledger: Ledger;
  },
): Promise<ReadableStream<Uint8Array>> {
  const plan = planElsewhere(input, "export");
  const { reason: _, ...filters } = input;
  const pageAfter = (cursor: string | undefined) =>
    directory.list(actor, {
      ...filters,
      ...{ action: "list", sort: "createdAt", order: "asc" },
      ...{ perPage: AT_ONCE, cursor },
    });
  const act = { actor, plan, requestId };
  // What cannot be read is refused, and not sent as half a file.
  const { told } = await perform(
    act,
    ledger,
    async () => ({ told: await pageAfter(undefined) }),
  );
  return ReadableStream.from(linesFrom(told, pageAfter))
    .pipeThrough(new TextEncoderStream());
}

async function* linesFrom(
  first: Page,
  pageAfter: (cursor: string) => Promise<Page>,
): AsyncGenerator<string> {
  yield CSV_HEAD;
  for (let page = first;; page = await pageAfter(page.next)) {
    yield csvOf(page.users);
    if (page.next === null) return;
  }
}
