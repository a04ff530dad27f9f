/**
 * People who want to be forgotten: their account goes, and what names them goes
 * from the trail as well.
 *
 * @module
 */
import type { Call } from "../_shared/route.ts";
import type { Self } from "./actor.ts";
import type { Means } from "./change.ts";
import type { Directory } from "./directory.ts";
import type { Ledger } from "./ledger.ts";
import { perform } from "./perform.ts";
import { planErasure } from "./plan.ts";

/** What is left of them, for their own files. */
export interface Receipt {
  /** In the trail, where it stays without a name. */
  readonly number: number;
  readonly id: string;
  readonly erasedAt: string;
  /** By foreign key, as they were: `portico.rows_bound_to()`. */
  readonly rows: readonly unknown[];
  readonly objectsRemoved: number;
}

/**
 * Erases the caller.
 *
 * @throws {Problem} As `perform()`, the directory, Auth and Storage do.
 */
export async function erase(
  { caller: actor, input, requestId }: Call<
    Self,
    { readonly objects: "keep" | "delete" }
  >,
  { directory, accounts, belongings, ledger }: Means & {
    readonly directory: Directory;
    readonly ledger: Ledger;
  },
): Promise<Receipt> {
  const { id } = actor;
  const { rows } = await directory.removal(actor, id);
  const act = { actor, plan: planErasure(id), requestId };
  const { intent: number, told } = await perform(act, ledger, async () => {
    const isAll = input.objects === "delete";
    const objectsRemoved = isAll ? await belongings.remove(id) : 0;
    await accounts.remove(id, "hard");
    return { told: { objectsRemoved } };
  });
  return { number, id, erasedAt: new Date().toISOString(), rows, ...told };
}
