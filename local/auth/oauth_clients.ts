/**
 * Applications that may let people in through Auth: the rows, and how they are
 * shown.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import type { Sql } from "../database.ts";

/** Whether it can keep a secret. */
export type ClientType = "public" | "confidential";

/** What its owner says of it. */
export interface ClientFacts {
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly name: string;
  readonly uri: string;
  readonly logoUri: string;
  /** "none", "client_secret_basic" or "client_secret_post". */
  readonly authMethod: string;
}

/** One to register. */
export interface NewClient extends ClientFacts {
  readonly type: ClientType;
}

/** A row of `auth.oauth_clients` that has not been deleted. */
export interface Client extends NewClient {
  readonly id: string;
  readonly registrationType: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = `id, client_type::text as type,
  registration_type::text as "registrationType",
  string_to_array(redirect_uris, ',') as "redirectUris",
  string_to_array(grant_types, ',') as "grantTypes",
  coalesce(client_name, '') as name, coalesce(client_uri, '') as uri,
  coalesce(logo_uri, '') as "logoUri",
  token_endpoint_auth_method as "authMethod",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** The newest first. */
export function findClients(sql: Sql): Promise<Client[]> {
  return sql.query<Client>(
    `select ${COLUMNS} from auth.oauth_clients
       where deleted_at is null order by created_at desc, id`,
  );
}

/** The one with this id. */
export async function findClient(
  sql: Sql,
  id: string,
): Promise<Client | undefined> {
  const query = `select ${COLUMNS} from auth.oauth_clients
    where id = $1 and deleted_at is null`;
  return (await sql.query<Client>(query, [id]))[0];
}

/** Registers one, in the name of the service. It has no secret yet. */
export async function addClient(
  sql: Sql,
  { type, ...facts }: NewClient,
): Promise<Client> {
  const id = crypto.randomUUID();
  const [client] = await sql.query<Client>(INSERT, [
    id,
    type,
    ...columnsOf(facts),
  ]);
  if (client === undefined) throw new Error(`Client ${id} is gone`);
  return client;
}

const INSERT = `insert into auth.oauth_clients
    (id, client_type, registration_type, redirect_uris, grant_types,
     client_name, client_uri, logo_uri, token_endpoint_auth_method)
  values ($1, $2::auth.oauth_client_type, 'manual', $3, $4, $5, $6, $7, $8)
  returning ${COLUMNS}`;

/** Says it all anew. */
export async function changeClient(
  sql: Sql,
  client: Client,
): Promise<Client> {
  const [changed] = await sql.query<Client>(UPDATE, [
    client.id,
    ...columnsOf(client),
  ]);
  return changed ?? client;
}

const UPDATE = `update auth.oauth_clients set redirect_uris = $2,
    grant_types = $3, client_name = $4, client_uri = $5, logo_uri = $6,
    token_endpoint_auth_method = $7, updated_at = now()
  where id = $1 returning ${COLUMNS}`;

/** The server keeps lists with commas between. */
function columnsOf(facts: ClientFacts): string[] {
  const { redirectUris, grantTypes, name, uri, logoUri, authMethod } = facts;
  const lists = [redirectUris.join(","), grantTypes.join(",")];
  return [...lists, name, uri, logoUri, authMethod];
}

/** Keeps the row, for what refers to it. */
export async function removeClient(sql: Sql, { id }: Client): Promise<void> {
  await sql.query(
    `update auth.oauth_clients set deleted_at = now(), updated_at = now()
       where id = $1`,
    [id],
  );
}

/** Gives it a new secret, which is told now and never again. */
export async function giveSecret(
  sql: Sql,
  { id }: Client,
): Promise<string> {
  const secret = randomBytes(32).toString("base64url");
  const hash = createHash("sha256").update(secret).digest("base64url");
  await sql.query(
    `update auth.oauth_clients set client_secret_hash = $2, updated_at = now()
       where id = $1`,
    [id, hash],
  );
  return secret;
}

/** The `OAuthClient` of auth-js. What is empty is left out. */
export function describeClient(
  client: Client,
  secret?: string,
): Readonly<Record<string, unknown>> {
  return {
    "client_id": client.id,
    "client_secret": secret,
    "client_type": client.type,
    "redirect_uris": client.redirectUris,
    "token_endpoint_auth_method": client.authMethod,
    "grant_types": client.grantTypes,
    "response_types": ["code"],
    "client_name": client.name || undefined,
    "client_uri": client.uri || undefined,
    "logo_uri": client.logoUri || undefined,
    "registration_type": client.registrationType,
    "created_at": client.createdAt,
    "updated_at": client.updatedAt,
  };
}
