import { deepEqual, throws } from "node:assert/strict";
import { authorizationOf } from "./authorization.ts";

const SIGNED_AT = Date.UTC(2013, 4, 24);
const MINUTE_MS = 60_000;
const SIGNATURE = "f".repeat(64);
const CREDENTIAL = "KEY/20130524/local/s3/aws4_request";

function inHeader(fields: Record<string, string> = {}): Headers {
  const all = {
    Credential: CREDENTIAL,
    SignedHeaders: "host;x-amz-date",
    Signature: SIGNATURE,
    ...fields,
  };
  const list = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return new Headers({
    authorization: `AWS4-HMAC-SHA256 ${list.join(", ")}`,
    "x-amz-date": "20130524T000000Z",
  });
}

function inQuery(fields: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": CREDENTIAL,
    "X-Amz-Date": "20130524T000000Z",
    "X-Amz-Expires": "600",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": SIGNATURE,
    ...fields,
  });
}

const NONE = new URLSearchParams();

Deno.test("authorizationOf() reads a header, and the query beside another scheme", () => {
  const claimed = {
    accessKeyId: "KEY",
    region: "local",
    timestamp: "20130524T000000Z",
    signature: SIGNATURE,
    payloadHash: "UNSIGNED-PAYLOAD",
    sessionToken: undefined,
  };

  deepEqual(authorizationOf(inHeader(), NONE, SIGNED_AT), {
    ...claimed,
    signedHeaders: ["host", "x-amz-date"],
  });
  const bearer = new Headers({ authorization: "Bearer x" });
  deepEqual(authorizationOf(bearer, inQuery(), SIGNED_AT), {
    ...claimed,
    signedHeaders: ["host"],
  });
});

const CLOCKS: [why: string, read: () => unknown, code: string | undefined][] = [
  ["15 minutes late", () => header(15 * MINUTE_MS), undefined],
  [
    "a second later",
    () => header(15 * MINUTE_MS + 1000),
    "RequestTimeTooSkewed",
  ],
  ["15 minutes early", () => header(-15 * MINUTE_MS), undefined],
  [
    "a second earlier",
    () => header(-15 * MINUTE_MS - 1000),
    "RequestTimeTooSkewed",
  ],
  ["a URL in its last second", () => query(10 * MINUTE_MS), undefined],
  ["a URL a second later", () => query(10 * MINUTE_MS + 1000), "ExpiredToken"],
  [
    "a URL from tomorrow",
    () => query(-15 * MINUTE_MS - 1000),
    "RequestTimeTooSkewed",
  ],
];

function header(lateMs: number): unknown {
  return authorizationOf(inHeader(), NONE, SIGNED_AT + lateMs);
}

function query(lateMs: number): unknown {
  return authorizationOf(new Headers(), inQuery(), SIGNED_AT + lateMs);
}

for (const [why, read, code] of CLOCKS) {
  Deno.test(`authorizationOf() ${code ? "refuses" : "takes"} ${why}`, () => {
    if (code === undefined) read();
    else throws(read, { code });
  });
}

const MALFORMED: [why: string, read: () => unknown, code: string][] = [
  ["nothing", () => bare(new Headers()), "AccessDenied"],
  ["a bearer token", () => bare({ authorization: "Bearer x" }), "AccessDenied"],
  [
    "a short signature",
    () => bare(inHeader({ Signature: "ff" })),
    "InvalidSignature",
  ],
  [
    "no host",
    () => bare(inHeader({ SignedHeaders: "range" })),
    "InvalidSignature",
  ],
  [
    "no region",
    () => bare(inHeader({ Credential: "KEY/20130524" })),
    "InvalidSignature",
  ],
  [
    "another service",
    () => bare(inHeader({ Credential: CREDENTIAL.replace("s3", "sts") })),
    "AccessDenied",
  ],
  [
    "no lifetime",
    () => asked({ "X-Amz-Expires": "" }),
    "AuthorizationQueryParametersError",
  ],
  [
    "eight days",
    () => asked({ "X-Amz-Expires": "691200" }),
    "AuthorizationQueryParametersError",
  ],
  [
    "a lifetime below 0",
    () => asked({ "X-Amz-Expires": "-1" }),
    "AuthorizationQueryParametersError",
  ],
  [
    "a 13th month",
    () => asked({ "X-Amz-Date": "20131324T000000Z" }),
    "InvalidSignature",
  ],
  [
    "another algorithm",
    () => asked({ "X-Amz-Algorithm": "AWS" }),
    "AuthorizationQueryParametersError",
  ],
];

function bare(headers: HeadersInit): unknown {
  return authorizationOf(new Headers(headers), NONE, SIGNED_AT);
}

function asked(fields: Record<string, string>): unknown {
  return authorizationOf(new Headers(), inQuery(fields), SIGNED_AT);
}

for (const [why, read, code] of MALFORMED) {
  Deno.test(`authorizationOf() refuses ${why}`, () => {
    throws(read, { code });
  });
}
