/**
 * `/auth/v1`: Supabase Auth for people with an e-mail address, on the stack's
 * own database.
 *
 * @module
 */
import { identify, refuseKey } from "../keys.ts";
import { showHealth, showKeys, showSettings } from "./about.ts";
import { changeAccount, showAccount, signOut } from "./account.ts";
import { ADMIN_ROUTES } from "./admin_routes.ts";
import type { AuthStack, Route } from "./call.ts";
import { challenge, verifyFactor } from "./challenges.ts";
import {
  refuseLinking,
  refusePasskeys,
  refuseProvider,
  refuseSso,
} from "./disabled.ts";
import { enrol, unenrol } from "./enrolment.ts";
import { answerRefusal, Refusal, unexpectedFailure } from "./errors.ts";
import { readBytes } from "./input.ts";
import { invite } from "./invitation.ts";
import {
  askForMagicLink,
  askForRecovery,
  reauthenticate,
  resend,
} from "./requests.ts";
import { token } from "./sign_in.ts";
import { signUp } from "./sign_up.ts";
import { followLink, verify } from "./verification.ts";

const ROUTES: readonly Route[] = [
  {
    path: /^\/auth\/v1\/\.well-known\/jwks\.json$/,
    open: true,
    methods: { GET: showKeys },
  },
  { path: /^\/auth\/v1\/health$/, open: true, methods: { GET: showHealth } },
  { path: /^\/auth\/v1\/settings$/, methods: { GET: showSettings } },
  {
    path: /^\/auth\/v1\/verify$/,
    open: true,
    methods: { GET: followLink, POST: verify },
  },
  {
    path: /^\/auth\/v1\/authorize$/,
    open: true,
    methods: { GET: refuseProvider },
  },
  { path: /^\/auth\/v1\/signup$/, methods: { POST: signUp } },
  { path: /^\/auth\/v1\/invite$/, methods: { POST: invite } },
  { path: /^\/auth\/v1\/recover$/, methods: { POST: askForRecovery } },
  {
    path: /^\/auth\/v1\/(?:otp|magiclink)$/,
    methods: { POST: askForMagicLink },
  },
  { path: /^\/auth\/v1\/resend$/, methods: { POST: resend } },
  {
    path: /^\/auth\/v1\/reauthenticate$/,
    methods: { GET: reauthenticate },
  },
  { path: /^\/auth\/v1\/sso$/, methods: { POST: refuseSso } },
  { path: /^\/auth\/v1\/token$/, methods: { POST: token } },
  { path: /^\/auth\/v1\/logout$/, methods: { POST: signOut } },
  {
    path: /^\/auth\/v1\/user$/,
    methods: { GET: showAccount, PUT: changeAccount },
  },
  {
    path: /^\/auth\/v1\/user\/identities(?:\/.*)?$/,
    methods: { GET: refuseLinking, DELETE: refuseLinking },
  },
  {
    path: /^\/auth\/v1\/passkeys(?:\/.*)?$/,
    methods: {
      GET: refusePasskeys,
      POST: refusePasskeys,
      PATCH: refusePasskeys,
      DELETE: refusePasskeys,
    },
  },
  { path: /^\/auth\/v1\/factors$/, methods: { POST: enrol } },
  {
    path: /^\/auth\/v1\/factors\/([^/]+)$/,
    methods: { DELETE: unenrol },
  },
  {
    path: /^\/auth\/v1\/factors\/([^/]+)\/challenge$/,
    methods: { POST: challenge },
  },
  {
    path: /^\/auth\/v1\/factors\/([^/]+)\/verify$/,
    methods: { POST: verifyFactor },
  },
  ...ADMIN_ROUTES,
];

/** Serves the paths under `/auth/v1/`. */
export function authApi(
  stack: AuthStack,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await answer(request, stack);
    } catch (error) {
      const refused = error instanceof Refusal
        ? error
        : unexpectedFailure(error);
      if (refused.cause !== undefined) stack.report?.(refused.cause);
      return answerRefusal(refused, request);
    }
  };
}

async function answer(request: Request, stack: AuthStack): Promise<Response> {
  const url = new URL(request.url);
  const route = ROUTES.find(({ path }) => path.test(url.pathname));
  const identity = await identify(request, stack.keys);
  if (!route?.open && "refused" in identity) {
    // A bad token passes the gateway, and matters only to routes that ask who
    // is calling.
    const { refused } = identity;
    if (refused !== "bad token") return refuseKey(refused);
  }
  if (route === undefined) return notFound();
  const handle = route.methods[request.method];
  if (handle === undefined) return new Response(null, { status: 405 });

  const body = await readBytes(request);
  const [, ...parameters] = route.path.exec(url.pathname) ?? [];
  return await handle({ stack, request, url, parameters, identity, body });
}

function notFound(): Response {
  return new Response("404 page not found\n", { status: 404 });
}
