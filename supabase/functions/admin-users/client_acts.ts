/**
 * What is done to clients of the OAuth server, and what is told of it. Written
 * down like what is done to accounts.
 *
 * @module
 */
import type { Call } from "../_shared/route.ts";
import type { Actor } from "./actor.ts";
import type { Changed } from "./change.ts";
import type { Client, Clients } from "./clients.ts";
import type { Directory } from "./directory.ts";
import type { Input } from "./input.ts";
import type { Ledger } from "./ledger.ts";
import { performOnce } from "./perform.ts";
import { permit, planElsewhere } from "./plan.ts";

/** What is about clients. */
type ClientInput = Extract<Input, { action: `oauthClients.${string}` }>;

export type ClientLook = Extract<
  ClientInput,
  { action: "oauthClients.list" | "oauthClients.get" }
>;

export type ClientChange = Exclude<ClientInput, ClientLook>;

export function isClientLook(input: Input): input is ClientLook {
  return input.action === "oauthClients.list" ||
    input.action === "oauthClients.get";
}

export function isClientChange(input: Input): input is ClientChange {
  return input.action.startsWith("oauthClients.") && !isClientLook(input);
}

/**
 * What there is to see, as it is answered.
 *
 * @throws {Problem} As the directory and Auth do, "Forbidden" and "Second factor
 * needed".
 */
export async function lookAtClients(
  actor: Actor,
  input: ClientLook,
  { directory, clients }: {
    readonly directory: Directory;
    readonly clients: Clients;
  },
): Promise<unknown> {
  permit(actor, { needed: ["clients"] });
  await directory.admit(actor);
  return input.action === "oauthClients.list"
    ? { clients: await clients.list() }
    : { client: await clients.get(input.id) };
}

/**
 * Makes a change.
 *
 * @throws {Problem} As `performOnce()` does.
 */
export async function changeClient(
  { caller: actor, input, once, requestId }: Call<Actor, ClientChange>,
  { clients, ledger }: {
    readonly clients: Clients;
    readonly ledger: Ledger;
  },
): Promise<Changed> {
  const plan = planElsewhere(input, "clients");
  const isNew = input.action === "oauthClients.create";
  const act = { actor, plan, once: isNew ? once : undefined, requestId };
  const done = await performOnce(act, ledger, async () => {
    const client = await carryOut(input, clients);
    return { told: client, ...client && { target: client.id } };
  });
  const { left } = done;
  // A secret is told once.
  const client = done.outcome === "done"
    ? done.told
    : await clients.get(done.target);
  return { body: { client }, isNew, left };
}

/** The client as it is now; `null` if it is gone. */
async function carryOut(
  input: ClientChange,
  clients: Clients,
): Promise<Client | null> {
  switch (input.action) {
    case "oauthClients.create":
      return await clients.create(input);
    case "oauthClients.update":
      return await clients.update(input);
    case "oauthClients.regenerateSecret":
      return await clients.regenerateSecret(input.id);
    case "oauthClients.delete":
      await clients.remove(input.id);
      return null;
  }
}
