/**
 * Whether a function can do its work: that it is there, which of its settings
 * are missing, and, for who has a secret key, whether what it stands on answers.
 *
 * @module
 */
import { type Config, NotConfigured } from "./config.ts";
import { type Get, getAsCaller, getAsService, sendAsService } from "./get.ts";
import { answerJson } from "./json_answer.ts";
import type { Scope, Visit } from "./route.ts";
import { callRpc } from "./rpc.ts";
import { isSameSecret } from "./same_secret.ts";

/** Settings that a function starts without, and cannot do all of its work. */
const SETTINGS = {
  SUPABASE_SECRET_KEYS: ({ secretKeys }) => "default" in secretKeys,
  WEBHOOK_SECRET: ({ webhookSecrets }) => webhookSecrets.length > 0,
  PORTICO_LINK_KEYS: ({ linkKeys }) => linkKeys.length > 0,
  PORTICO_METRICS_TOKEN: ({ metricsToken }) => metricsToken !== undefined,
} as const satisfies Readonly<Record<string, (config: Config) => boolean>>;

/** The name of such a setting. */
export type Setting = keyof typeof SETTINGS;

/** What a function stands on. */
export type Dependency = "auth" | "database" | "storage";

/** What a function needs, for its own answer to `GET /health`. */
export interface Needs {
  readonly name: string;
  readonly settings: readonly Setting[];
  readonly dependencies: readonly Dependency[];
}

/** Of each dependency. */
const PATIENCE_MS = 3_000;

/** `GET /health` of a function that has found its settings. */
export async function healthOf(
  { name, settings, dependencies }: Needs,
  visit: Pick<Visit<never>, "request" | "config" | "journal" | "meter">,
): Promise<Response> {
  const { request, config } = visit;
  const missing = settings.filter((it) => !SETTINGS[it](config));
  const { release: version } = config.deployment;
  const status = missing.length === 0 ? "ok" : "incomplete";
  const health = { status, function: name, version, missing };
  if (!await hasSecretKey(request, config)) return answer(health, 200);

  const signal = AbortSignal.timeout(PATIENCE_MS);
  const scope: Scope = { ...visit, bearer: undefined, signal };
  const looks = await Promise.all(dependencies.map((it) => lookAt(it, scope)));
  const fails = looks.some(({ status }) => status !== "ok");
  const found = Object.fromEntries(
    looks.map(({ dependency, ...look }) => [dependency, look]),
  );
  const whole = { ...health, dependencies: found };
  return fails
    ? answer({ ...whole, status: "failing" }, 503)
    : answer(whole, 200);
}

/** `GET /health` of a function that cannot start: what is wrong, by name. */
export function healthWithout(name: string, error: Error): Response {
  const missing = error instanceof NotConfigured ? error.names : [];
  return answer({ status: "not configured", function: name, missing }, 503);
}

function answer(health: unknown, status: number): Response {
  return answerJson(health, {
    status,
    headers: { "cache-control": "no-store" },
  });
}

async function hasSecretKey(
  { headers }: Request,
  { secretKeys }: Config,
): Promise<boolean> {
  const given = headers.get("apikey");
  if (given === null) return false;
  const same = Object.values(secretKeys).map((it) => isSameSecret(given, it));
  return (await Promise.all(same)).includes(true);
}

/** Asks for something small, and says how long that took. Nothing of why not. */
async function lookAt(dependency: Dependency, scope: Scope) {
  const start = performance.now();
  const status = await LOOKS[dependency](scope)
    .then(() => "ok", () => "failing");
  return { dependency, status, ms: Math.round(performance.now() - start) };
}

const LOOKS: Readonly<Record<Dependency, (scope: Scope) => Promise<void>>> = {
  async database(scope) {
    // As the service: who may ask is known already.
    await callRpc(sendAsService(scope), "ping", {}, ANYTHING);
  },
  // As the service: the list of buckets is nobody else's.
  storage: (scope) => ask(getAsService(scope), "/storage/v1/bucket?limit=1"),
  auth: (scope) => ask(getAsCaller(scope), "/auth/v1/health"),
};

/** It answers nothing. */
const ANYTHING = { "~standard": { validate: (value: unknown) => ({ value }) } };

async function ask(get: Get, path: string): Promise<void> {
  const response = await get(path, {});
  await response.body?.cancel();
  if (!response.ok) throw new Error(`Status ${response.status}`);
}
