/**
 * What the auth server says about itself.
 *
 * @module
 */
import type { Call } from "./call.ts";

/** `GET /.well-known/jwks.json`: who reads tokens needs no key of ours. */
export function showKeys({ stack }: Call): Promise<Response> {
  // The platform lets the public keys be kept for ten minutes.
  const headers = { "cache-control": "public, max-age=600" };
  return Promise.resolve(Response.json(stack.keys.jwks, { headers }));
}

/** `GET /health`. */
export function showHealth(): Promise<Response> {
  return Promise.resolve(Response.json({
    version: "portico-local",
    name: "GoTrue",
    description: "GoTrue is a user registration and authentication API",
  }));
}

/** `GET /settings`: the ways to sign in. */
export function showSettings({ stack }: Call): Promise<Response> {
  const { anonymousSignIns, confirmEmail } = stack.settings;
  return Promise.resolve(Response.json({
    external: {
      "anonymous_users": anonymousSignIns,
      email: true,
      phone: false,
    },
    "disable_signup": false,
    "mailer_autoconfirm": !confirmEmail,
    "phone_autoconfirm": false,
    "sms_provider": "",
    "saml_enabled": false,
  }));
}
