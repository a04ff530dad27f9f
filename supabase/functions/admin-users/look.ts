/**
 * What is shown to who may see it. Nothing is changed, and nothing written down.
 *
 * @module
 */
import type { Accounts } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { Directory } from "./directory.ts";
import type { Input } from "./input.ts";
import type { Jobs } from "./jobs.ts";
import { permit } from "./plan.ts";
import type { Permission } from "./rules.ts";

/** What changes nothing; and a removal that is only tried. */
export type Look =
  | Extract<Input, { action: "list" | "get" | "audit" | "factors" | "job" }>
  | Rehearsal;

type Rehearsal = Extract<Input, { action: "delete" }> & {
  readonly dryRun: true;
};

export function isLook(input: Input): input is Look {
  switch (input.action) {
    case "list":
    case "get":
    case "factors":
    case "audit":
    case "job":
      return true;
    case "delete":
      return input.dryRun;
    default:
      return false;
  }
}

/** What a look needs. */
const NEEDED: Readonly<Record<Look["action"], Permission>> = {
  list: "read",
  get: "read",
  factors: "read",
  audit: "audit",
  job: "read",
  delete: "delete",
};

/**
 * What there is to see, as it is answered.
 *
 * @throws {Problem} As the directory does, "Forbidden" and "Second factor needed".
 */
export async function look(
  actor: Actor,
  input: Look,
  { directory, accounts, jobs }: {
    readonly directory: Directory;
    readonly accounts: Accounts;
    readonly jobs: Jobs;
  },
): Promise<unknown> {
  permit(actor, { needed: [NEEDED[input.action]] });
  switch (input.action) {
    case "list":
      return await directory.list(actor, input);
    case "get":
      return await directory.show(actor, input.id);
    case "factors": {
      const { factors } = await directory.show(actor, input.id);
      return { factors, passkeys: await accounts.passkeys(input.id) };
    }
    case "audit":
      return await directory.audit(actor, input);
    case "job":
      return { job: await jobs.show(actor, input.id) };
    case "delete":
      return await directory.removal(actor, input.id);
  }
}
