/**
 * Clients of the OAuth server, as Supabase Auth keeps them.
 *
 * @module
 */
import type { OAuthClient, SupabaseClient } from "@supabase/supabase-js";
import { taken } from "./auth_answer.ts";
import type { For } from "./input.ts";

/** A client. Its `secret` is told when it is new, and never again. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly secret?: string;
  readonly uri?: string;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly tokenEndpointAuthMethod: string;
  readonly scope?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type Wish = For<"oauthClients.create">;

/** The port. All of it throws as `taken()` does. */
export interface Clients {
  list(): Promise<readonly Client[]>;
  get(id: string): Promise<Client>;
  create(wish: Wish): Promise<Client>;
  update(wish: For<"oauthClients.update">): Promise<Client>;
  remove(id: string): Promise<void>;
  regenerateSecret(id: string): Promise<Client>;
}

/** @param service Auth lets nobody else administer. */
export function supabaseClients({ auth }: SupabaseClient): Clients {
  const { oauth } = auth.admin;
  return {
    async list() {
      const { clients } = await taken(oauth.listClients());
      return (clients ?? []).map(clientOf);
    },

    async get(id) {
      return clientOf(await taken(oauth.getClient(id)));
    },

    async create({ name, redirectUris, scope, ...rest }) {
      const made = await taken(oauth.createClient({
        "client_name": name,
        "redirect_uris": redirectUris,
        ...scope !== undefined && { scope },
        ...optional(rest),
      }));
      return clientOf(made);
    },

    async update({ id, name, redirectUris, ...rest }) {
      const changed = await taken(oauth.updateClient(id, {
        ...name !== undefined && { "client_name": name },
        ...redirectUris !== undefined && { "redirect_uris": redirectUris },
        ...optional(rest),
      }));
      return clientOf(changed);
    },

    async remove(id) {
      await taken(oauth.deleteClient(id));
    },

    async regenerateSecret(id) {
      return clientOf(await taken(oauth.regenerateClientSecret(id)));
    },
  };
}

function optional(
  { uri, grantTypes, tokenEndpointAuthMethod: method }: Partial<
    Pick<Wish, "uri" | "grantTypes" | "tokenEndpointAuthMethod">
  >,
) {
  return {
    ...uri !== undefined && { "client_uri": uri },
    ...grantTypes !== undefined && { "grant_types": grantTypes },
    ...method !== undefined && { "token_endpoint_auth_method": method },
  };
}

function clientOf(it: OAuthClient | null): Client {
  if (it === null) throw new TypeError("Auth has told no client");
  return {
    id: it.client_id,
    name: it.client_name,
    type: it.client_type,
    ...it.client_secret !== undefined && { secret: it.client_secret },
    ...it.client_uri !== undefined && { uri: it.client_uri },
    redirectUris: it.redirect_uris,
    grantTypes: it.grant_types,
    tokenEndpointAuthMethod: it.token_endpoint_auth_method,
    ...it.scope !== undefined && { scope: it.scope },
    createdAt: it.created_at,
    updatedAt: it.updated_at,
  };
}
