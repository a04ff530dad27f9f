/**
 * Every setting the functions read, in one place, read once.
 *
 * `Deno.env` appears in this file only. Everything else is handed a `Config`,
 * so a test states its world instead of mutating the process's.
 *
 * @module
 */
import { isBaseUrl } from "./base_url.ts";
import { type Embedding, embeddingOf } from "./embed/settings.ts";
import { isRecord } from "./record.ts";
import { type Sentry, sentryOf } from "./telemetry/settings.ts";

/** Settings of a running function. Secrets never leave the adapter they are for. */
export interface Config {
  readonly supabaseUrl: string;
  /** The same project by the name that callers use. Ends without a slash. */
  readonly publicUrl: string;
  /** The `iss` of this project's tokens. */
  readonly issuer: string;
  /** Public key: its client obeys row-level security. */
  readonly publishableKey: string;
  /** Secret keys by name. Their clients bypass row-level security. */
  readonly secretKeys: Readonly<Record<string, string>>;
  /** Keys that tokens are verified with; absent means: ask the issuer. */
  readonly jwks: JsonWebKeySet | undefined;
  /** Only for projects that still sign with a shared secret (HS256). */
  readonly legacyJwtSecret: string | undefined;
  /** `whsec_<base64>`, newest first. Only functions that take deliveries need one. */
  readonly webhookSecrets: readonly string[];
  /** What webhooks made in the dashboard carry: they cannot sign. */
  readonly webhookHeaderSecret: string | undefined;
  /** What links are signed with, newest first. Only image links need one. */
  readonly linkKeys: readonly LinkKey[];
  /** The project's S3 key. Only uploads over S3 need it. */
  readonly s3: S3Key | undefined;
  /** An imgproxy of one's own. Only `image-proxy` asks it, if told to. */
  readonly imgproxy: Imgproxy | undefined;
  /** Who makes vectors. Only models that are not at hand need it. */
  readonly embedding: Embedding | undefined;
  /** Who sends mails. Only `admin-users` tells them, of what it has done. */
  readonly noticeUrl: string | undefined;
  /** Origins a browser may call from; absent means any. Never `null`. */
  readonly allowedOrigins: readonly string[] | undefined;
  /** Absent means errors are logged and not sent anywhere. */
  readonly sentry: Sentry | undefined;
  /** What a scraper shows. Absent means that nothing is counted. */
  readonly metricsToken: string | undefined;
  /** Whether each request writes a line. The platform takes ten a second. */
  readonly logsRequests: boolean;
  /** Where and as what this runs, for logs and reports. */
  readonly deployment: Deployment;
}

/** A key for links of our own, and the name that they carry of it. */
export interface LinkKey {
  readonly id: string;
  /** At least 32 bytes, in base64url. */
  readonly secret: string;
}

/** A key of Storage's S3 endpoint. Row-level security does not hold it back. */
export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of the project: signatures name it. */
  readonly region: string;
}

/** An imgproxy that takes signed URLs, and no others. */
export interface Imgproxy {
  /** Ends without a slash. */
  readonly url: string;
  /** In hex, as imgproxy has it. */
  readonly key: string;
  /** In hex. */
  readonly salt: string;
}

/** Facts that the platform gives every function. */
export interface Deployment {
  readonly region: string;
  readonly executionId: string;
  /** Changes with every deploy. */
  readonly release: string;
}

/** RFC 7517 §5. */
export interface JsonWebKeySet {
  // `kid` is missing in the DOM's type, and every key of Supabase has one.
  readonly keys: readonly (JsonWebKey & { readonly kid?: string })[];
}

/** What keeps a function from starting. It names settings, and has no values. */
export class NotConfigured extends TypeError {
  override readonly name = "NotConfigured";

  /** @param wrong Sentences that begin with the name of a setting. */
  constructor(readonly wrong: readonly string[]) {
    super(`Cannot start: ${wrong.join(", ")}`);
  }

  /** Of every setting that is missing or malformed. */
  get names(): string[] {
    return [...new Set(this.wrong.map((it) => it.split(/\W/, 1)[0] ?? ""))];
  }
}

/**
 * Reads the settings from an environment.
 *
 * @throws {NotConfigured} Naming every required variable that is missing or
 * malformed, so that one failed deploy is enough to fix them all.
 */
export function readConfig(env: (name: string) => string | undefined): Config {
  const wrong: string[] = [];
  const first = (...names: string[]) => names.map(env).find(Boolean);
  const required = (value: string | undefined, name: string) => {
    if (value === undefined) wrong.push(`${name} must be set`);
    return value ?? "";
  };
  const json = (name: string, fallback: unknown) => {
    const text = env(name);
    if (!text) return fallback;
    const value = parse(text);
    if (!isRecord(value)) wrong.push(`${name} must be a JSON object`);
    return value;
  };
  const list = (name: string) =>
    first(name)?.split(/[\s,]+/).filter((item) => item !== "");

  const publishable = json("SUPABASE_PUBLISHABLE_KEYS", {});
  const secret = json("SUPABASE_SECRET_KEYS", {});
  const jwks = json("SUPABASE_JWKS", undefined);
  if (jwks !== undefined && !isKeySet(jwks)) {
    wrong.push("SUPABASE_JWKS must be a key set");
  }
  const base = (...names: string[]) => first(...names)?.replace(/\/+$/, "");
  const supabaseUrl = required(base("SUPABASE_URL"), "SUPABASE_URL");
  // A self-hosted stack talks to itself by another name than callers use.
  const publicUrl = base("SUPABASE_PUBLIC_URL") ?? supabaseUrl;
  const allowedOrigins = list("ALLOWED_ORIGINS");
  if (allowedOrigins?.some((it) => !isOrigin(it))) {
    wrong.push("ALLOWED_ORIGINS must list origins such as https://example.com");
  }
  const linkKeys = (list("PORTICO_LINK_KEYS") ?? []).map(linkKeyOf);
  if (linkKeys.includes(undefined)) {
    wrong.push(
      "PORTICO_LINK_KEYS must list keys such as k1:<32 bytes in base64url>",
    );
  }
  const imgproxy = imgproxyOf(first);
  if (typeof imgproxy === "string") wrong.push(imgproxy);
  const embedding = embeddingOf(first);
  if (typeof embedding === "string") wrong.push(embedding);
  const sentry = sentryOf(first);
  if (typeof sentry === "string") wrong.push(sentry);
  const webhookHeaderSecret = first("WEBHOOK_HEADER_SECRET");
  const metricsToken = first("PORTICO_METRICS_TOKEN");
  const shown = {
    WEBHOOK_HEADER_SECRET: webhookHeaderSecret,
    PORTICO_METRICS_TOKEN: metricsToken,
  };
  for (const [name, text] of Object.entries(shown)) {
    if (text === undefined || HEADER_SECRET.test(text)) continue;
    wrong.push(`${name} must have 24 visible characters or more`);
  }
  const noticeUrl = first("NOTICE_URL");
  if (noticeUrl !== undefined && !/^https?:\/\/\S+$/.test(noticeUrl)) {
    wrong.push("NOTICE_URL must be an address");
  }
  const legacySecretKey = first(
    "SUPABASE_SECRET_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
  );

  const config: Config = {
    supabaseUrl,
    publicUrl,
    issuer: `${publicUrl}/auth/v1`,
    publishableKey: required(
      strings(publishable)["default"] ??
        first("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_ANON_KEY"),
      "SUPABASE_PUBLISHABLE_KEYS",
    ),
    secretKeys: strings({ default: legacySecretKey, ...asRecord(secret) }),
    jwks: isKeySet(jwks) ? jwks : undefined,
    legacyJwtSecret: first("LEGACY_JWT_SECRET"),
    webhookSecrets: list("WEBHOOK_SECRET") ?? [],
    webhookHeaderSecret,
    linkKeys: linkKeys.filter((it) => it !== undefined),
    s3: s3KeyOf(first),
    noticeUrl,
    imgproxy: typeof imgproxy === "string" ? undefined : imgproxy,
    embedding: typeof embedding === "string" ? undefined : embedding,
    allowedOrigins,
    sentry: typeof sentry === "string" ? undefined : sentry,
    metricsToken,
    logsRequests: first("LOG_REQUESTS") !== "false",
    deployment: {
      region: first("SB_REGION") ?? "unknown",
      executionId: first("SB_EXECUTION_ID") ?? "unknown",
      release: first("DENO_DEPLOYMENT_ID") ?? "unknown",
    },
  };

  if (wrong.length > 0) throw new NotConfigured(wrong);
  return config;
}

/** Source of the length: HMAC-SHA-256's own, as RFC 2104 §3 advises. */
function linkKeyOf(text: string): LinkKey | undefined {
  const [, id, secret] = text.match(/^([\w-]{1,16}):([\w-]{43,256})$/) ?? [];
  return id && secret ? { id, secret } : undefined;
}

function s3KeyOf(
  first: (name: string) => string | undefined,
): S3Key | undefined {
  const accessKeyId = first("S3_ACCESS_KEY_ID");
  const secretAccessKey = first("S3_SECRET_ACCESS_KEY");
  const region = first("S3_REGION");
  return accessKeyId && secretAccessKey && region
    ? { accessKeyId, secretAccessKey, region }
    : undefined;
}

/** All of it or nothing; or what is wrong with it. */
function imgproxyOf(
  first: (name: string) => string | undefined,
): Imgproxy | undefined | string {
  const url = first("IMGPROXY_URL")?.replace(/\/+$/, "");
  const key = first("IMGPROXY_KEY");
  const salt = first("IMGPROXY_SALT");
  if (!url && !key && !salt) return undefined;
  if (!url || !key || !salt) {
    return "IMGPROXY_URL, IMGPROXY_KEY and IMGPROXY_SALT must be set together";
  }
  if (!isBaseUrl(url)) {
    return "IMGPROXY_URL must be a URL such as https://img.example.com";
  }
  if (!HEX.test(key)) return "IMGPROXY_KEY must be bytes in hex";
  if (!HEX.test(salt)) return "IMGPROXY_SALT must be bytes in hex";
  return { url, key, salt };
}

const HEX = /^(?:[0-9a-f]{2})+$/i;

/** What a header takes: 24 of base64 are 144 bits, too many to be guessed. */
const HEADER_SECRET = /^[\x21-\x7e]{24,}$/;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether `value` has the shape of a key set. */
export function isKeySet(value: unknown): value is JsonWebKeySet {
  return isRecord(value) && Array.isArray(value["keys"]) &&
    value["keys"].every(isRecord);
}

/** Scheme, host and port as a browser writes them, and nothing else. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** The members of `value` that are text, without a prototype to fall into. */
function strings(value: unknown): Record<string, string> {
  const texts = Object.entries(asRecord(value)).filter((
    entry,
  ): entry is [string, string] =>
    typeof entry[1] === "string" && entry[1] !== ""
  );
  return Object.assign(Object.create(null), Object.fromEntries(texts));
}

let deployed: Config | undefined;

/** The settings of this process. Read on first use, so that importing a module is free. */
export function deployedConfig(): Config {
  return deployed ??= readConfig((name) => Deno.env.get(name));
}
