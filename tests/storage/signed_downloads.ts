/**
 * Download URLs: whoever has one may read, for a while.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { decodeJwt, type JWTPayload } from "jose";
import { aged, ANN, refusalOf, text, world } from "./world.ts";

await world.makeBucket("download-tokens");
await world.service().storage.from("download-tokens").upload(
  "there.txt",
  text("there"),
);

Deno.test("createSignedUrl() lets a stranger read until it expires", async () => {
  await world.makeBucket("shared");
  const bucket = (await world.person(ANN)).storage.from("shared");
  const path = `${ANN}/a.txt`;
  await bucket.upload(path, text("hers"));

  const { data } = await bucket.createSignedUrl(path, 90, {
    download: "b c.txt",
  });
  const response = await fetch(data?.signedUrl ?? "");

  equal(await response.text(), "hers");
  const token = new URL(response.url).searchParams.get("token") ?? "";
  const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
  deepEqual(claims, { url: `shared/${path}`, scope: "download" });
  equal(exp - iat, 90);
  equal(response.headers.get("expires"), new Date(exp * 1000).toUTCString());
  equal(response.headers.get("cache-control"), null);
  equal(
    response.headers.get("content-disposition"),
    "attachment; filename=b%20c.txt; filename*=UTF-8''b%20c.txt;",
  );
});

Deno.test("createSignedUrls() signs what there is", async () => {
  await world.makeBucket("several");
  const bucket = world.service().storage.from("several");
  await bucket.upload("a.txt", text("a"));

  const { data } = await bucket.createSignedUrls(["a.txt", "b.txt"], 60);
  const [a, b] = data ?? [];

  equal(await (await fetch(a?.signedUrl ?? "")).text(), "a");
  equal(a?.error, null);
  equal(b?.signedUrl, null);
  match(b?.error ?? "", /^Either the object does not exist/);
});

const UPLOAD = { url: "download-tokens/a.txt", scope: "upload", upsert: true };
const DOWNLOAD = { url: "download-tokens/there.txt", scope: "download" };

const BAD_TOKENS: [
  why: string,
  claims: JWTPayload,
  code: string,
  message: string,
  spoil?: (token: string) => string,
][] = [
  [
    "tampered with",
    { ...UPLOAD, ...DOWNLOAD, ...aged(60) },
    "InvalidJWT",
    "signature verification failed",
    (token) => {
      const [header = "", , signature = ""] = token.split(".");
      const claims = {
        url: "download-tokens/there.txt",
        scope: "download",
        ...aged(60),
      };
      const forged = new TextEncoder().encode(JSON.stringify(claims))
        .toBase64({ alphabet: "base64url", omitPadding: true });
      return [header, forged, signature].join(".");
    },
  ],
  [
    "expired",
    { ...DOWNLOAD, ...aged(-60) },
    "InvalidJWT",
    '"exp" claim timestamp check failed',
  ],
  [
    "no token",
    { ...DOWNLOAD, ...aged(60) },
    "InvalidJWT",
    "Invalid Compact JWS",
    () => "none",
  ],
  [
    "for another object",
    { ...DOWNLOAD, url: "download-tokens/other.txt", ...aged(60) },
    "InvalidSignature",
    "Invalid signature",
  ],
  [
    "of a person who is signed in",
    { sub: ANN, role: "service_role", ...aged(60) },
    "InvalidSignature",
    "Token is not scoped for download",
  ],
  [
    "for uploads",
    { ...UPLOAD, url: "download-tokens/there.txt", ...aged(60) },
    "InvalidSignature",
    "Token is not scoped for download",
  ],
];

for (const [why, claims, code, message, spoil] of BAD_TOKENS) {
  Deno.test(`GET /object/sign refuses a token that is ${why}`, async () => {
    const token = await world.keys.sign(claims);

    const response = await world.request(
      `/object/sign/download-tokens/there.txt?token=${spoil?.(token) ?? token}`,
    );

    const refusal = await refusalOf(response);
    deepEqual([refusal.status, refusal.statusCode], [400, "400"]);
    deepEqual([refusal.code, refusal.message], [code, message]);
  });
}
