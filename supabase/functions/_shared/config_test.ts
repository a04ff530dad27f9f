import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { readConfig } from "./config.ts";

function read(env: Readonly<Record<string, string>>) {
  return readConfig((name) => env[name]);
}

const MINIMAL = {
  SUPABASE_URL: "http://127.0.0.1:54321",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_a"}',
};

Deno.test("readConfig() names everything that is missing at once", () => {
  throws(() => read({ SUPABASE_JWKS: "[]" }), {
    message: "Cannot start: SUPABASE_JWKS must be a JSON object, " +
      "SUPABASE_JWKS must be a key set, SUPABASE_URL must be set, SUPABASE_PUBLISHABLE_KEYS must be set",
  });
});

Deno.test("readConfig() complains of a key list that is not JSON", () => {
  const env = { ...MINIMAL, SUPABASE_SECRET_KEYS: "{default: x}" };
  throws(() => read(env), /SUPABASE_SECRET_KEYS must be a JSON object/);
});

Deno.test("readConfig() knows the address that callers use, if it is another", () => {
  strictEqual(read(MINIMAL).publicUrl, MINIMAL.SUPABASE_URL);
  const env = { ...MINIMAL, SUPABASE_PUBLIC_URL: "https://a.example/" };
  strictEqual(read(env).publicUrl, "https://a.example");
  strictEqual(read(env).supabaseUrl, MINIMAL.SUPABASE_URL);
});

Deno.test("readConfig() allows any origin unless some are listed", () => {
  strictEqual(read(MINIMAL).allowedOrigins, undefined);
  const ALLOWED_ORIGINS = "https://a.example, https://b.example";
  deepStrictEqual(read({ ...MINIMAL, ALLOWED_ORIGINS }).allowedOrigins, [
    "https://a.example",
    "https://b.example",
  ]);
});

for (
  const ALLOWED_ORIGINS of ["*", "null", "https://a.example/", "a.example"]
) {
  Deno.test(`readConfig() does not take ${ALLOWED_ORIGINS} for an origin`, () => {
    const env = { ...MINIMAL, ALLOWED_ORIGINS };
    throws(() => read(env), /ALLOWED_ORIGINS must list origins/);
  });
}

const SENTRY_DSN = "https://key@o1.ingest.sentry.io/7";

const NO_SENTRY: [env: Record<string, string>, expected: RegExp][] = [
  [{ SENTRY_DSN: "sentry.io/7" }, /SENTRY_DSN must be a DSN/],
  [{ SENTRY_DSN: "https://sentry.io/7" }, /SENTRY_DSN must be a DSN/],
  [{ SENTRY_DSN: "https://key@sentry.io/x" }, /SENTRY_DSN must be a DSN/],
  ...["1.1", "-0.1", "1e-3", "all", "0.1.1"].map((rate) =>
    [
      { SENTRY_DSN, SENTRY_TRACES_SAMPLE_RATE: rate },
      /SENTRY_TRACES_SAMPLE_RATE must be a number from 0 to 1/,
    ] satisfies [Record<string, string>, RegExp]
  ),
];

for (const [env, expected] of NO_SENTRY) {
  Deno.test(`readConfig() does not take ${Object.entries(env).join(" ")}`, () => {
    throws(() => read({ ...MINIMAL, ...env }), expected);
  });
}

Deno.test("readConfig() reports nothing to Sentry unless it is told where", () => {
  const env = { ...MINIMAL, SENTRY_TRACES_SAMPLE_RATE: "1" };
  strictEqual(read(env).sentry, undefined);
  strictEqual(read({ ...env, SENTRY_DSN }).sentry?.tracesSampleRate, 1);
});

Deno.test("readConfig() takes the keys of an older project", () => {
  const { publishableKey, secretKeys } = read({
    SUPABASE_URL: "https://x.example/",
    SUPABASE_ANON_KEY: "anon",
    SUPABASE_SERVICE_ROLE_KEY: "service",
  });
  deepStrictEqual([publishableKey, secretKeys["default"]], ["anon", "service"]);
});

Deno.test("readConfig() has one spelling of the project's URL", () => {
  const { issuer } = read({ ...MINIMAL, SUPABASE_URL: "https://x.example/" });
  strictEqual(issuer, "https://x.example/auth/v1");
});

Deno.test("readConfig() has no key that nobody configured", () => {
  const { secretKeys } = read(MINIMAL);
  for (const name of ["default", "toString", "__proto__", "constructor"]) {
    strictEqual(secretKeys[name], undefined);
  }
});

Deno.test("readConfig() takes the issuer's public name on a self-hosted stack", () => {
  const { supabaseUrl, issuer } = read({
    ...MINIMAL,
    SUPABASE_URL: "http://kong:8000",
    SUPABASE_PUBLIC_URL: "https://base.example",
  });
  strictEqual(supabaseUrl, "http://kong:8000");
  strictEqual(issuer, "https://base.example/auth/v1");
});

Deno.test("readConfig() reads the keys of links, newest first", () => {
  const secret = "A".repeat(43);
  const PORTICO_LINK_KEYS = `k2:${secret}, k1:${"_".repeat(43)}`;

  deepStrictEqual(read({ ...MINIMAL, PORTICO_LINK_KEYS }).linkKeys, [
    { id: "k2", secret },
    { id: "k1", secret: "_".repeat(43) },
  ]);
  deepStrictEqual(read(MINIMAL).linkKeys, []);
});

for (const key of ["A".repeat(43), "k1:short", "k.1:" + "A".repeat(43)]) {
  Deno.test(`readConfig() takes no link key such as ${key}`, () => {
    const env = { ...MINIMAL, PORTICO_LINK_KEYS: key };

    throws(() => read(env), /PORTICO_LINK_KEYS must list keys/);
  });
}

const IMGPROXY = {
  IMGPROXY_URL: "https://img.example.com/prefix/",
  IMGPROXY_KEY: "736563726574",
  IMGPROXY_SALT: "68656C6C6F",
};

Deno.test("readConfig() reads an imgproxy of one's own, or none", () => {
  deepStrictEqual(read({ ...MINIMAL, ...IMGPROXY }).imgproxy, {
    url: "https://img.example.com/prefix",
    key: "736563726574",
    salt: "68656C6C6F",
  });
  strictEqual(read(MINIMAL).imgproxy, undefined);
});

for (const name of Object.keys(IMGPROXY)) {
  Deno.test(`readConfig() takes no imgproxy without ${name}`, () => {
    const env = { ...MINIMAL, ...IMGPROXY, [name]: "" };

    throws(() => read(env), {
      message: "Cannot start: IMGPROXY_URL, IMGPROXY_KEY and IMGPROXY_SALT " +
        "must be set together",
    });
  });
}

const NO_IMGPROXY: [name: string, value: string][] = [
  ["IMGPROXY_URL", "img.example.com"],
  ["IMGPROXY_URL", "file:///etc"],
  ["IMGPROXY_URL", "https://user:pass@img.example.com"],
  ["IMGPROXY_URL", "https://img.example.com/?a"],
  ["IMGPROXY_URL", "https://"],
  ["IMGPROXY_KEY", "secret"],
  ["IMGPROXY_KEY", "736"],
  ["IMGPROXY_SALT", "68656C6C6F,68656C6C6F"],
];

for (const [name, value] of NO_IMGPROXY) {
  Deno.test(`readConfig() names ${name} if it is ${value}`, () => {
    const env = { ...IMGPROXY, [name]: value };

    // In one error, with whatever else is wrong.
    throws(() => read(env), {
      message: new RegExp(`^Cannot start: SUPABASE_URL .*, ${name} must be `),
    });
  });
}

Deno.test("readConfig() reads who makes vectors, or nobody", () => {
  const { embedding } = read({
    ...MINIMAL,
    EMBED_URL: "https://api.example.com/v1/",
    EMBED_KEY: "sk-1",
  });

  deepStrictEqual(embedding, {
    url: "https://api.example.com/v1",
    key: "sk-1",
    maxBatch: 64,
    timeoutMs: 30_000,
  });
  strictEqual(read(MINIMAL).embedding, undefined);
});

Deno.test("readConfig() names what is wrong with who makes vectors", () => {
  const env = { ...MINIMAL, EMBED_URL: "api.example.com" };

  throws(() => read(env), {
    message: "Cannot start: EMBED_URL must be a URL such as " +
      "https://api.openai.com/v1",
  });
});

Deno.test("readConfig() reads the secret of the dashboard's webhooks, or none", () => {
  const WEBHOOK_HEADER_SECRET = "a".repeat(24);

  strictEqual(
    read({ ...MINIMAL, WEBHOOK_HEADER_SECRET }).webhookHeaderSecret,
    WEBHOOK_HEADER_SECRET,
  );
  strictEqual(read(MINIMAL).webhookHeaderSecret, undefined);
});

for (
  const [why, secret] of [
    ["23 characters", "a".repeat(23)],
    ["an end of line, which no header carries", "a".repeat(24) + "\n"],
    ["a space", "a".repeat(12) + " " + "a".repeat(12)],
    ["a letter that no header carries", "ä".repeat(24)],
  ] as const
) {
  Deno.test(`readConfig() takes no secret of webhooks with ${why}`, () => {
    const env = { ...MINIMAL, WEBHOOK_HEADER_SECRET: secret };

    throws(() => read(env), {
      message: "Cannot start: WEBHOOK_HEADER_SECRET must have 24 visible " +
        "characters or more",
    });
  });
}
