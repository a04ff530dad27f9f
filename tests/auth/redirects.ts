/**
 * Where tokens may be sent, and what `supabase/config.toml` says about it.
 *
 * @module
 */
import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import {
  isAllowed,
  withFragment,
  withQuery,
} from "../../local/auth/redirects.ts";
import { BrokenConfig, readProjectConfig } from "../../local/config.ts";

const SITE = {
  siteUrl: "https://app.example.com",
  redirectUrls: [
    "https://*.preview.example.com/**",
    "https://docs.example.com/a?c",
    "https://shop.example.com/{en,de}/[a-c][!x]",
    "com.my_app.example://callback",
    "myapp://**",
  ],
};

for (
  const [target, expected] of [
    ["https://app.example.com/anything?at=all", true],
    ["https://app.example.com:8443/", false],
    ["http://app.example.com/", false],
    ["https://app.example.com.evil.example/", false],
    ["https://app.example.com@evil.example/", false],
    ["https://evil.example/https://app.example.com", false],
    ["https://evil.example\\@app.example.com/", false],
    ["\thttps://app.example.com/", false],
    ["//app.example.com/", false],
    ["javascript:alert(1)", false],
    ["", false],
    ["https://one.preview.example.com/a/b", true],
    ["https://one.two.preview.example.com/a", false],
    ["https://docs.example.com/abc", true],
    ["https://docs.example.com/a/c", false],
    ["https://shop.example.com/de/bz", true],
    ["https://shop.example.com/fr/bz", false],
    ["https://shop.example.com/de/bx", false],
    ["com.my_app.example://callback", true],
    ["com.my_app.example://callback#fragment", true],
    ["com.my_app.example://other", false],
    ["myapp://here/and/there", true],
    ["http://127.0.0.1:4000/dev", true],
    ["http://8.8.8.8/", false],
    ["http://134744072/", false],
    ["https://%zz/", false],
  ] as const
) {
  Deno.test(`tokens ${expected ? "may" : "may not"} be sent to ${JSON.stringify(target)}`, () => {
    equal(isAllowed(target, SITE), expected);
  });
}

Deno.test("what is said goes behind the # or into the query", () => {
  equal(
    withFragment("a://b?c=d#e", { z: "1", a: "2 3" }),
    "a://b?c=d#a=2+3&z=1",
  );
  equal(withQuery("a://b?c=d#e", { code: "f" }), "a://b?c=d&code=f#e");
  equal(withQuery("a://b", { code: "f" }), "a://b?code=f");
});

/** Reads `[auth]` as the stack would. */
async function read(auth: string): ReturnType<typeof readProjectConfig> {
  await using file = await temporaryFile();
  await Deno.writeTextFile(
    file.path,
    `[api]\nschemas = ["public"]\n[storage]\nfile_size_limit = "1MiB"\n${auth}`,
  );
  return await readProjectConfig(pathToFileURL(file.path));
}

async function temporaryFile(): Promise<
  AsyncDisposable & { readonly path: string }
> {
  const path = await Deno.makeTempFile({ suffix: ".toml" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("without [auth] the settings are the CLI's", async () => {
  const { auth } = await read("");

  deepStrictEqual(auth, {
    siteUrl: "http://127.0.0.1:3000",
    redirectUrls: ["https://127.0.0.1:3000"],
    jwtExpiryS: 3600,
    minPasswordLength: 6,
    anonymousSignIns: false,
    confirmEmail: false,
    doubleConfirmChanges: true,
    otpExpiryS: 3600,
    maxFrequencyMs: 1000,
  });
});

Deno.test("[auth] and [auth.email] are read", async () => {
  const { auth } = await read(`
    [auth]
    site_url = "https://app.example.com"
    additional_redirect_urls = ["myapp://**"]
    jwt_expiry = 60
    minimum_password_length = 12
    enable_anonymous_sign_ins = true
    [auth.email]
    enable_confirmations = true
    double_confirm_changes = false
    otp_expiry = 120
    max_frequency = "1m30s"
    [auth.sms]
    enable_signup = false`);

  deepStrictEqual(auth, {
    siteUrl: "https://app.example.com",
    redirectUrls: ["myapp://**"],
    jwtExpiryS: 60,
    minPasswordLength: 12,
    anonymousSignIns: true,
    confirmEmail: true,
    doubleConfirmChanges: false,
    otpExpiryS: 120,
    maxFrequencyMs: 90_000,
  });
});

for (
  const [line, where] of [
    ['[auth]\nsite_url = "here"', "auth.site_url"],
    [
      '[auth]\nadditional_redirect_urls = ["https://[z-a].example"]',
      "auth.additional_redirect_urls.0",
    ],
    ["[auth]\njwt_expiry = 0", "auth.jwt_expiry"],
    ['[auth.email]\nmax_frequency = "1 day"', "auth.email.max_frequency"],
  ] as const
) {
  Deno.test(`config.toml is refused for ${where}`, async () => {
    await rejects(
      read(line),
      (error) =>
        error instanceof BrokenConfig && error.message.startsWith(`${where}: `),
    );
  });
}
