/**
 * Every function, asked for what it does with secrets in all places where a
 * request has room for one, in front of a Supabase that answers with more.
 *
 *     canaries.ts <Supabase> <Sentry's DSN> <token> <admin's token>
 *
 * Prints every answer, and whatever the functions print.
 *
 * @module
 */
import type { Endpoint } from "../../supabase/functions/_shared/endpoint.ts";
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";

const [supabase = "", SENTRY_DSN = "", token = "", admin = ""] = Deno.args;

const EMAIL = "canary.person@mail.example";
const SECRET = "sb_secret_canary0123456789";
const WEBHOOK = "whsec_canary0123456789abcdef0123456789";
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJjYW5hcnkifQ.Y2FuYXJ5";
const SIGNED = `${supabase}/storage/v1/object/sign/a.png?token=canary.token`;

/** Free text, as people write it into anything. */
const TEXT = `${EMAIL} ${SECRET} ${WEBHOOK} ${JWT} ${SIGNED} password: canary`;

const UPLOAD = {
  bucket: "documents",
  name: "a.txt",
  type: "text/plain",
  bytes: 5,
};

const LINK = { bucket: "documents", expiresIn: 60 };

const QUERY = `?token=canary&apikey=canary&email=${encodeURIComponent(EMAIL)}`;

/** By function: where, and with what. */
const REQUESTS: Readonly<
  Record<string, readonly [method: string, path: string, body?: unknown][]>
> = {
  "signed-upload": [
    ["POST", "/", { ...UPLOAD, name: "canary.txt" }],
    ["POST", "/", { ...UPLOAD, name: `${EMAIL}.txt` }],
    ["POST", "/", { ...UPLOAD, [TEXT]: TEXT }],
    ["POST", "/", { bucket: TEXT, password: "canary" }],
    ["POST", "/complete", { id: crypto.randomUUID() }],
    ["GET", `/${EMAIL}`],
  ],
  "signed-download": [
    ["POST", "/", { items: [{ ...LINK, path: `a/${EMAIL}.txt` }] }],
    ["POST", "/", { items: [{ ...LINK, path: "a", [TEXT]: TEXT }] }],
    ["POST", "/", { items: [{ bucket: TEXT, path: TEXT }] }],
  ],
  "image-proxy": [
    ["GET", `/public/shop/${EMAIL}.png?width=100`],
    ["GET", `/authenticated/photos/${EMAIL}.png?width=100`],
    ["GET", `/sign/photos/${EMAIL}.png?token=${JWT}`],
    ["GET", `/public/shop/a.png${QUERY}`],
    ["GET", `/${SECRET}/${EMAIL}`],
    ["POST", "/tend", { function: "image-proxy/tend" }],
  ],
  "admin-users": [
    ["POST", "/", { action: "create", email: EMAIL, password: "canary-12345" }],
    ["POST", "/", { action: "list", filter: { email: EMAIL } }],
    ["POST", "/", { action: TEXT }],
    ["POST", "/", { action: "list", [TEXT]: TEXT }],
  ],
  "vector-index": [["POST", "/", {}], ["GET", `/${QUERY}`]],
  "vector-search": [
    ["POST", "/", { source: "notes", query: TEXT, mode: "keyword" }],
    ["POST", "/", { source: TEXT, query: TEXT }],
    ["POST", "/", {
      source: "notes",
      query: "a",
      filter: { [EMAIL]: { eq: 1 } },
    }],
  ],
  sweep: [["POST", "/", {}], ["POST", "/", { tasks: [TEXT] }], ["GET", "/"]],
};

/** Who asks: wrongly, as somebody, as an administrator, as the project. */
const CALLERS: readonly Readonly<Record<string, string>>[] = [
  { authorization: `Bearer ${JWT}`, apikey: SECRET },
  { authorization: `Bearer ${token}` },
  { authorization: `Bearer ${admin}` },
  { apikey: SECRET, "webhook-signature": `v1,${WEBHOOK}` },
];

const config = testConfig(supabase, {
  SENTRY_DSN,
  SENTRY_TRACES_SAMPLE_RATE: "1",
  SENTRY_SEND_USER: "true",
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: SECRET }),
  WEBHOOK_SECRET: WEBHOOK,
  EMBED_URL: `${supabase}/v1`,
  EMBED_KEY: "canary-key",
  PORTICO_LINK_KEYS: `k1:${"canary".repeat(8)}`,
  LOG_REQUESTS: "true",
});

for (const [name, requests] of Object.entries(REQUESTS)) {
  const module = await import(`../../supabase/functions/${name}/index.ts`);
  const fn: Endpoint<unknown> = module.default.within(config);
  for (const [method, path, body] of requests) {
    for (const caller of CALLERS) {
      const answer = await fn.fetch(
        new Request(`http://localhost/${name}${encodeURI(path)}`, {
          method,
          headers: {
            ...caller,
            "content-type": "application/json",
            cookie: "session=canary",
            "user-agent": TEXT,
            referer: SIGNED,
            "x-forwarded-for": "203.0.113.77",
            "x-client-info": TEXT,
          },
          ...body !== undefined && { body: JSON.stringify(body) },
        }),
      );
      // deno-lint-ignore no-console -- what the test reads
      console.log(
        "ANSWER",
        ...[name, method, answer.status, JSON.stringify([...answer.headers])],
        await answer.text(),
      );
    }
  }
}
