/**
 * What a new OAuth client is: one that can keep a secret, or one that cannot.
 * No I/O.
 *
 * @module
 */
import * as v from "valibot";
import { Refusal, validationFailed } from "./errors.ts";
import { TEXT } from "./input.ts";
import type { Client, ClientType, NewClient } from "./oauth_clients.ts";
import { CHANGE, checkFacts, factsOf } from "./oauth_input.ts";

/** The body of a registration. */
export const REGISTRATION = v.object({
  ...CHANGE.entries,
  "client_type": TEXT,
});

/**
 * What to register.
 *
 * @throws {Refusal} `validation_failed`.
 */
export function newcomerIn(
  input: v.InferOutput<typeof REGISTRATION>,
): NewClient {
  try {
    return newcomerOf(input);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // The server quotes a refusal of its own, and its status with it.
    throw validationFailed(`${error.kind.status}: ${error.message}`);
  }
}

function newcomerOf(
  input: v.InferOutput<typeof REGISTRATION>,
): NewClient {
  const { redirectUris = [], grantTypes = [], ...said } = factsOf(input);
  if (redirectUris.length === 0) {
    throw validationFailed("redirect_uris is required");
  }
  // An empty list of grants is as none here, and refused when changing.
  const grants = grantTypes.length === 0 ? {} : { grantTypes };
  checkFacts({ redirectUris, ...grants, ...said });
  const { type, authMethod } = kindOf(input.client_type, said.authMethod);
  const { name = "", uri = "", logoUri = "" } = said;
  return {
    type,
    redirectUris,
    grantTypes: grants.grantTypes ?? ["authorization_code", "refresh_token"],
    name,
    uri,
    logoUri,
    authMethod,
  };
}

/** The type and the way to show who it is follow from each other. */
function kindOf(
  type: string,
  method = "",
): Pick<Client, "type" | "authMethod"> {
  if (!isClientType(type) && type !== "") {
    throw validationFailed("client_type must be 'public' or 'confidential'");
  }
  if (method !== "" && !isAuthMethod(method)) {
    throw validationFailed(
      `token_endpoint_auth_method must be one of: ${AUTH_METHODS_LISTED}`,
    );
  }
  const inferred = method === "none" ? "public" : "confidential";
  const chosen = type === "" ? inferred : type;
  if (method !== "" && chosen !== inferred) {
    throw validationFailed(
      `client_type '${type}' is inconsistent with ` +
        `token_endpoint_auth_method '${method}' ` +
        `(expected client_type '${inferred}')`,
    );
  }
  const [usual = ""] = authMethodsOf(chosen);
  return { type: chosen, authMethod: method || usual };
}

function isClientType(type: string): type is ClientType {
  return type === "public" || type === "confidential";
}

/** In the order in which the server names them. */
const AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"];

/** Whether there is such a way for a client to show who it is. */
function isAuthMethod(method: string): boolean {
  return AUTH_METHODS.includes(method);
}

/** The ways there are, as Go prints a list. */
const AUTH_METHODS_LISTED = `[${AUTH_METHODS.join(" ")}]`;

/** The ways of clients of this type, the usual one first. */
function authMethodsOf(type: ClientType): readonly string[] {
  return type === "public" ? ["none"] : AUTH_METHODS.slice(1);
}

/**
 * Refuses a way that clients of this type do not have.
 *
 * @throws {Refusal} `validation_failed`.
 */
export function checkAuthMethod(method: string, type: ClientType): void {
  if (!isAuthMethod(method)) {
    throw validationFailed(
      "invalid token_endpoint_auth_method: must be one of " +
        AUTH_METHODS_LISTED,
    );
  }
  const methods = authMethodsOf(type);
  if (methods.includes(method)) return;
  throw validationFailed(
    `token_endpoint_auth_method '${method}' is not valid for client_type ` +
      `'${type}'; valid methods: [${methods.join(" ")}]`,
  );
}
