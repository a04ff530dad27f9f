/**
 * Where a request says who signed it and when: in a header, or in its query if
 * somebody signed it beforehand. Nothing here is proved yet. No I/O.
 *
 * @module
 */
import { accessDenied, invalidSignature } from "../errors.ts";
import {
  expiredToken,
  invalidQueryAuthorization,
  requestTimeTooSkewed,
} from "./errors.ts";

/** What a request claims of its signature. */
export interface Authorization {
  readonly accessKeyId: string;
  /** `20130524T000000Z` */
  readonly timestamp: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  /** In lower hex, 64 digits. */
  readonly signature: string;
  /** Of the body: in hex, or a word such as `UNSIGNED-PAYLOAD`. */
  readonly payloadHash: string;
  /** A person's, who then is the caller. */
  readonly sessionToken: string | undefined;
}

/** AWS: how wrong the clock of a sender may be. */
const MAX_SKEW_MS = 15 * 60_000;

/** AWS: seven days. */
const MAX_LIFETIME_S = 7 * 24 * 60 * 60;

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Reads the claims of a request that arrives at `now`, in ms since 1970.
 *
 * Throws `AccessDenied` if there are none, `InvalidSignature` or
 * `AuthorizationQueryParametersError` if they make no sense,
 * `RequestTimeTooSkewed` and `ExpiredToken`.
 */
export function authorizationOf(
  headers: Headers,
  query: URLSearchParams,
  now: number,
): Authorization {
  const header = headers.get("authorization");
  // A presigned URL may come with an `Authorization` of something else.
  if (header?.startsWith(`${ALGORITHM} `)) {
    const claimed = inHeader(header.slice(ALGORITHM.length), headers);
    requireClock(claimed, now, -MAX_SKEW_MS);
    return claimed;
  }
  if (!query.has("X-Amz-Credential")) throw accessDenied("Missing signature");
  const claimed = inQuery(query);
  requireClock(claimed, now, -Infinity);
  requireAlive(claimed, query.get("X-Amz-Expires"), now);
  return claimed;
}

function inHeader(text: string, headers: Headers): Authorization {
  const fields = new Map(
    text.split(",").map((field) => {
      const [name = "", value = ""] = field.trim().split("=");
      return [name, value];
    }),
  );
  return claims({
    credential: fields.get("Credential"),
    signedHeaders: fields.get("SignedHeaders"),
    signature: fields.get("Signature"),
    timestamp: headers.get("x-amz-date"),
    payloadHash: headers.get("x-amz-content-sha256"),
    sessionToken: headers.get("x-amz-security-token"),
  });
}

function inQuery(query: URLSearchParams): Authorization {
  if (query.get("X-Amz-Algorithm") !== ALGORITHM) {
    throw invalidQueryAuthorization(`X-Amz-Algorithm must be ${ALGORITHM}`);
  }
  return claims({
    credential: query.get("X-Amz-Credential"),
    signedHeaders: query.get("X-Amz-SignedHeaders"),
    signature: query.get("X-Amz-Signature"),
    timestamp: query.get("X-Amz-Date"),
    payloadHash: query.get("X-Amz-Content-Sha256"),
    sessionToken: query.get("X-Amz-Security-Token"),
  });
}

type Raw = Readonly<
  Record<
    | "credential"
    | "signedHeaders"
    | "signature"
    | "timestamp"
    | "payloadHash"
    | "sessionToken",
    string | null | undefined
  >
>;

function claims(raw: Raw): Authorization {
  const { credential = "", signature, timestamp } = raw;
  const signedHeaders = raw.signedHeaders?.split(";") ?? [];
  const [accessKeyId, , region, service, end, ...more] =
    credential?.split("/") ?? [];
  if (
    accessKeyId === undefined || region === undefined ||
    end !== "aws4_request" || more.length > 0 ||
    !/^[0-9a-f]{64}$/.test(signature ?? "") ||
    !/^\d{8}T\d{6}Z$/.test(timestamp ?? "") ||
    // Else what is signed for one server would do for another.
    !signedHeaders.includes("host")
  ) {
    throw invalidSignature("Invalid signature format");
  }
  if (service !== "s3") throw accessDenied("Invalid Service");
  return {
    accessKeyId,
    region,
    signedHeaders,
    signature: signature ?? "",
    timestamp: timestamp ?? "",
    // AWS demands it in a header. The real server takes this for granted.
    payloadHash: raw.payloadHash ?? "UNSIGNED-PAYLOAD",
    sessionToken: raw.sessionToken ?? undefined,
  };
}

function requireClock(
  { timestamp }: Authorization,
  now: number,
  earliest: number,
): void {
  const ahead = timeOf(timestamp) - now;
  if (ahead > MAX_SKEW_MS || ahead < earliest) throw requestTimeTooSkewed();
}

function requireAlive(
  { timestamp }: Authorization,
  expires: string | null,
  now: number,
): void {
  const lifetimeS = /^\d{1,6}$/.test(expires ?? "") ? Number(expires) : 0;
  if (lifetimeS < 1 || lifetimeS > MAX_LIFETIME_S) {
    throw invalidQueryAuthorization(
      `X-Amz-Expires must be from 1 to ${MAX_LIFETIME_S} seconds`,
    );
  }
  if (now > timeOf(timestamp) + lifetimeS * 1000) throw expiredToken();
}

/** In ms since 1970. Throws `InvalidSignature` for a 13th month. */
function timeOf(timestamp: string): number {
  const time = Date.parse(
    timestamp.replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      "$1-$2-$3T$4:$5:$6Z",
    ),
  );
  if (Number.isNaN(time)) throw invalidSignature("Invalid signature format");
  return time;
}
