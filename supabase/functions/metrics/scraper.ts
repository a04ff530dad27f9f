/**
 * Who may read metrics: whoever shows the token that is made for it, by HTTP
 * Basic (RFC 7617), which every scraper can.
 *
 * @module
 */
import type { Message } from "../_shared/caller.ts";
import type { Config } from "../_shared/config.ts";
import { problem } from "../_shared/problem.ts";
import { isSameSecret } from "../_shared/same_secret.ts";

const notConfigured = problem(404, "Metrics not configured");
const badToken = problem(401, "Metrics token not valid");

/** The name that goes with the token. */
const NAME = "metrics";

/** A scraper. There is nothing else to know of it. */
export interface Scraper {
  readonly kind: "scraper";
}

/** Requires the token. Nothing is here for anybody until there is one. */
export async function scraper(
  { request }: Message,
  { metricsToken }: Config,
): Promise<Scraper> {
  if (metricsToken === undefined) {
    throw notConfigured("PORTICO_METRICS_TOKEN must be set");
  }
  const given = credentialsOf(request.headers.get("authorization") ?? "");
  if (await isSameSecret(given, `${NAME}:${metricsToken}`)) {
    return { kind: "scraper" };
  }
  throw badToken("This needs the name metrics and the project's token", {}, {
    headers: { "www-authenticate": 'Basic realm="metrics", charset="UTF-8"' },
  });
}

/** `name:password`; nothing if it is not written like that. */
function credentialsOf(authorization: string): string {
  const [, encoded = ""] = authorization.match(/^Basic +([\w+/]+=*)$/i) ?? [];
  try {
    return atob(encoded);
  } catch {
    return "";
  }
}
