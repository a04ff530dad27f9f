/**
 * What the service says of an OAuth client, and what is wrong with it. No I/O.
 *
 * @module
 */
import * as v from "valibot";
import { validationFailed } from "./errors.ts";
import type { ClientFacts } from "./oauth_clients.ts";
import { flawOf } from "./redirect_uris.ts";

const LIST = v.nullish(v.array(v.string()));
const LINE = v.nullish(v.string());

/** The body of a change: what is absent or null stays. */
export const CHANGE = v.object({
  "redirect_uris": LIST,
  "grant_types": LIST,
  "client_name": LINE,
  "client_uri": LINE,
  "logo_uri": LINE,
  "token_endpoint_auth_method": LINE,
});

/** What was said, by our names. */
export function factsOf(
  input: v.InferOutput<typeof CHANGE>,
): Partial<ClientFacts> {
  const {
    redirect_uris: redirectUris,
    grant_types: grantTypes,
    client_name: name,
    client_uri: uri,
    logo_uri: logoUri,
    token_endpoint_auth_method: authMethod,
  } = input;
  const said = { redirectUris, grantTypes, name, uri, logoUri, authMethod };
  return Object.fromEntries(
    Object.entries(said).filter(([, value]) => (value ?? null) !== null),
  );
}

const GRANT_TYPES = ["authorization_code", "refresh_token"];

const MAX_URIS = 10;
const MAX_NAME_BYTES = 1024;
const MAX_URI_BYTES = 2048;

/**
 * Refuses facts that no client may have.
 *
 * @throws {Refusal} `validation_failed`.
 */
export function checkFacts(facts: Partial<ClientFacts>): void {
  const { redirectUris, grantTypes, name = "" } = facts;
  if (redirectUris) checkRedirects(redirectUris);
  if (grantTypes) checkGrantTypes(grantTypes);
  if (bytesOf(name) > MAX_NAME_BYTES) {
    throw validationFailed(
      `client_name cannot exceed ${MAX_NAME_BYTES} characters`,
    );
  }
  checkPage("client_uri", facts.uri);
  checkPage("logo_uri", facts.logoUri);
}

function checkRedirects(uris: readonly string[]): void {
  if (uris.length === 0) {
    throw validationFailed("redirect_uris cannot be empty");
  }
  if (uris.length > MAX_URIS) {
    throw validationFailed(`redirect_uris cannot exceed ${MAX_URIS} items`);
  }
  for (const uri of uris) {
    const flaw = flawOf(uri);
    if (flaw === undefined) continue;
    throw validationFailed(`invalid redirect_uri '${uri}': ${flaw}`);
  }
}

function checkGrantTypes(types: readonly string[]): void {
  if (types.length === 0) {
    throw validationFailed("grant_types cannot be empty");
  }
  if (types.every((it) => GRANT_TYPES.includes(it))) return;
  throw validationFailed(
    "grant_types must only contain 'authorization_code' and/or 'refresh_token'",
  );
}

function checkPage(member: string, uri = ""): void {
  if (bytesOf(uri) > MAX_URI_BYTES) {
    throw validationFailed(
      `${member} cannot exceed ${MAX_URI_BYTES} characters`,
    );
  }
  // Go takes a path for a URI that somebody requests.
  if (uri === "" || uri.startsWith("/") || URL.canParse(uri)) return;
  throw validationFailed(`${member} must be a valid URL`);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
