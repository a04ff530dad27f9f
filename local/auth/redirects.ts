/**
 * Where a link may lead in the end. Tokens travel there, so it is the site of
 * the project or a page that `supabase/config.toml` allows. No I/O.
 *
 * @module
 */
import { globToRegExp } from "./globs.ts";
import type { AuthSettings } from "./settings.ts";

type Allowed = Pick<AuthSettings, "siteUrl" | "redirectUrls">;

/**
 * The page that a request asks for, in the header or the query `redirect_to`,
 * or else the page it comes from; the site when neither is allowed.
 */
export function redirectOf(
  { headers, url }: Request,
  settings: Allowed,
): string {
  const asked = headers.get("redirect_to") ||
    new URL(url).searchParams.get("redirect_to") || "";
  const candidates = [asked, headers.get("referer") ?? ""];
  return candidates.find((it) => isAllowed(it, settings)) ?? settings.siteUrl;
}

/** Whether tokens may be sent to `target`. */
export function isAllowed(target: string, settings: Allowed): boolean {
  // Browsers drop or move these, so that another address could come out.
  // deno-lint-ignore no-control-regex -- control characters are the point
  if (target === "" || /[\x00-\x20\x7f]/.test(target)) return false;
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined) {
    // A scheme with an underscore does not parse, and is an app's.
    if (/^https?:/i.test(target)) return false;
  } else {
    if (isSite(url, new URL(settings.siteUrl))) return true;
    if (isAddress(url.hostname)) return isLoopback(url.hostname);
    const isWeb = url.protocol === "http:" || url.protocol === "https:";
    if (isWeb && !HOSTNAME.test(url.hostname)) return false;
  }
  const [page = ""] = target.split("#");
  return settings.redirectUrls.some((glob) => globToRegExp(glob).test(page));
}

const HOSTNAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** On this machine any port will do: apps and dev servers take a free one. */
function isSite(url: URL, site: URL): boolean {
  return url.hostname === site.hostname && url.protocol === site.protocol &&
    (url.port === site.port || isLoopback(url.hostname));
}

function isAddress(hostname: string): boolean {
  return /^[\d.]+$/.test(hostname) || hostname.startsWith("[");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** `target` with `values` behind its `#`, in place of what was there. */
export function withFragment(
  target: string,
  values: Readonly<Record<string, string>>,
): string {
  const [page = ""] = target.split("#");
  return `${page}#${encode(values)}`;
}

/** `target` with `values` in its query, before any `#`. */
export function withQuery(
  target: string,
  values: Readonly<Record<string, string>>,
): string {
  const [page = "", ...fragment] = target.split("#");
  const [path = "", ...query] = page.split("?");
  const all = new URLSearchParams(query.join("?"));
  for (const [name, value] of Object.entries(values)) all.set(name, value);
  return [`${path}?${all}`, ...fragment].join("#");
}

/** In the order of their names, as the server writes them. */
function encode(values: Readonly<Record<string, string>>): string {
  const all = new URLSearchParams(values);
  all.sort();
  return all.toString();
}
