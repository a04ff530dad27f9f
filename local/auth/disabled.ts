/**
 * What this stack does not have, refused as by a server where it is switched
 * off: OAuth providers, SSO, passkeys and linking.
 *
 * @module
 */
import type { Call, Handler } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { type Refusal, refusal, validationFailed } from "./errors.ts";

const samlDisabled = refusal(404, "saml_provider_disabled");
const passkeyDisabled = refusal(404, "passkey_disabled");
const featureDisabled = refusal(404, "feature_disabled");
const linkingDisabled = refusal(404, "manual_linking_disabled");

function refuse(why: () => Refusal): Handler {
  return () => Promise.reject(why());
}

/** `GET /authorize`. */
export const refuseProvider: Handler = refuse(() =>
  validationFailed("Unsupported provider: provider is not enabled")
);

/** `POST /sso`. */
export const refuseSso: Handler = refuse(() =>
  samlDisabled("SAML 2.0 is disabled")
);

/** `/passkeys` and below. */
export const refusePasskeys: Handler = refuse(() =>
  passkeyDisabled("Passkeys are disabled")
);

/** `/user/identities` and below. */
export const refuseLinking: Handler = refuse(() =>
  linkingDisabled("Manual linking is disabled")
);

/** `/admin/custom-providers` and below: to the service alone. */
export function refuseCustomProviders(call: Call): Promise<Response> {
  requireAdmin(call);
  return Promise.reject(
    featureDisabled("Custom OAuth providers are disabled"),
  );
}
