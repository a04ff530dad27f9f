/**
 * `/admin/oauth/clients`: the service keeps the list of applications that may
 * let people in through Auth. Nothing here lets them.
 *
 * @module
 */
import type * as v from "valibot";
import type { Sql } from "../database.ts";
import type { Call, Handler } from "./call.ts";
import { isUuid, requireAdmin } from "./callers.ts";
import { Refusal, refusal, validationFailed } from "./errors.ts";
import { parse } from "./input.ts";
import {
  addClient,
  changeClient,
  type Client,
  describeClient,
  findClient,
  findClients,
  giveSecret,
  removeClient,
} from "./oauth_clients.ts";
import { CHANGE, checkFacts, factsOf } from "./oauth_input.ts";
import {
  checkAuthMethod,
  newcomerIn,
  REGISTRATION,
} from "./oauth_registration.ts";

const badJson = refusal(400, "bad_json");
const clientNotFound = refusal(404, "oauth_client_not_found");

/** `GET /admin/oauth/clients`: all of them, whatever page is asked for. */
export async function listClients(call: Call): Promise<Response> {
  requireAdmin(call);
  const clients = await call.stack.database.asOwner(findClients);
  // The server leaves out a list with nothing in it.
  return Response.json({
    clients: clients.length === 0
      ? undefined
      : clients.map((it) => describeClient(it)),
  });
}

/** `POST /admin/oauth/clients`. The only time that the secret is told. */
export async function registerClient(call: Call): Promise<Response> {
  requireAdmin(call);
  const newcomer = newcomerIn(read(REGISTRATION, call));
  return await call.stack.database.asOwner(async (sql) => {
    const client = await addClient(sql, newcomer);
    const secret = client.type === "confidential"
      ? await giveSecret(sql, client)
      : undefined;
    return Response.json(describeClient(client, secret), { status: 201 });
  });
}

function read<const Schema extends v.GenericSchema>(
  schema: Schema,
  { body }: Call,
): v.InferOutput<Schema> {
  try {
    return parse(schema, body);
  } catch (error) {
    // Here the server does not say what is wrong with it.
    throw error instanceof Refusal ? badJson("Invalid JSON body") : error;
  }
}

/** Runs `work` on the client in the path, in one transaction. */
function onClient(
  work: (sql: Sql, client: Client, call: Call) => Promise<Response>,
): Handler {
  return async (call) => {
    requireAdmin(call);
    const [id = ""] = call.parameters;
    if (!isUuid(id)) throw validationFailed("invalid client_id format");
    return await call.stack.database.asOwner(async (sql) => {
      const client = await findClient(sql, id);
      if (client === undefined) throw clientNotFound("OAuth client not found");
      return await work(sql, client, call);
    });
  };
}

/** `GET /admin/oauth/clients/:id`. */
export const showClient: Handler = onClient((_sql, client) =>
  Promise.resolve(Response.json(describeClient(client)))
);

/** `PUT /admin/oauth/clients/:id`. */
export const editClient: Handler = onClient(async (sql, client, call) => {
  const facts = factsOf(read(CHANGE, call));
  if (Object.keys(facts).length === 0) {
    throw validationFailed("No fields provided for update");
  }
  checkFacts(facts);
  if (facts.authMethod !== undefined) {
    checkAuthMethod(facts.authMethod, client.type);
  }
  const changed = await changeClient(sql, { ...client, ...facts });
  return Response.json(describeClient(changed));
});

/** `DELETE /admin/oauth/clients/:id`. */
export const deleteClient: Handler = onClient(async (sql, client) => {
  await removeClient(sql, client);
  return new Response(null, { status: 204 });
});

/** `POST /admin/oauth/clients/:id/regenerate_secret`: the last one is void. */
export const regenerateSecret: Handler = onClient(async (sql, client) => {
  if (client.type === "public") {
    throw validationFailed("Cannot regenerate secret for public client");
  }
  const secret = await giveSecret(sql, client);
  const changed = await findClient(sql, client.id) ?? client;
  return Response.json(describeClient(changed, secret));
});
