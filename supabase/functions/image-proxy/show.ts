/**
 * A request for a picture, from what the caller has already to the answer.
 *
 * @module
 */
import { ifNoneMatch } from "@std/http/etag";
import { attachment } from "../_shared/filename.ts";
import type { ImageOptions } from "../_shared/image_options.ts";
import {
  objectNotFound,
  type Place,
  storageUnavailable,
} from "../_shared/place.ts";
import { type NewerFormat, newerFormats } from "./accept.ts";
import { type Access, cacheControlOf, isUnmodified } from "./caching.ts";
import type { Made } from "./codec.ts";
import type { Delegate } from "./delegate.ts";
import { tagOf } from "./etag.ts";
import type { Flights } from "./flights.ts";
import type { Gate } from "./gate.ts";
import { begin, finish } from "./maker.ts";
import { type DelegateName, type Engine, LOAD } from "./policy.ts";
import type { About, Sources } from "./sources.ts";
import { type Wish, wishOf } from "./wish.ts";

/** What is asked for, and by what right. */
export interface Asked {
  readonly place: Place;
  readonly options: ImageOptions;
  readonly access: Access;
}

/** What is needed to show it. */
export interface Studio {
  readonly flights: Flights<Shown>;
  readonly gate: Gate;
  readonly engine: Engine;
  /** The gate of what others make: nobody waits behind them. */
  readonly elsewhere: Gate;
  /** Tells apart who may not see what another may. */
  readonly viewer: string;
  /** With time of its own: what one asks for, others may wait for. */
  sources(): Sources;
  /** The same, by the same right. */
  delegate(name: DelegateName): Delegate;
}

/** A picture, and the object that it was made of. */
export interface Shown extends Made {
  readonly about: About;
  readonly fetchMs: number;
}

/** What is asked for, understood. */
interface Request extends Asked {
  readonly wish: Wish;
  readonly newer: readonly NewerFormat[];
  readonly engine: Engine;
}

/** The picture, or 304 for a caller who has it. */
export async function show(
  asked: Asked,
  headers: Headers,
  studio: Studio,
): Promise<Response> {
  const { options, access } = asked;
  const audience = access.kind === "public" ? "public" : "trusted";
  const wish = wishOf(options, audience);
  const newer = wish.format === undefined ? newerFormats(headers) : [];
  const request = { ...asked, wish, newer, engine: studio.engine };
  return await unchanged(request, headers, studio) ??
    await answerOf(request, await shownFor(request, studio));
}

/** 304, if `headers` say which picture the caller has, and it is that. */
async function unchanged(
  request: Request,
  headers: Headers,
  { sources }: Studio,
): Promise<Response | undefined> {
  const tags = headers.get("if-none-match");
  if (tags === null && !headers.has("if-modified-since")) return undefined;
  const about = await sources().look(request.place);
  if (about === undefined) return undefined;
  requireVersion(about, request);
  const answer = await headersFor(request, about);
  const tag = answer.get("etag") ?? undefined;
  const isSame = !ifNoneMatch(tags, tag) ||
    isUnmodified(headers, about.lastModified);
  if (!isSame) return undefined;
  return new Response(null, { status: 304, headers: answer });
}

/** Made once for all who ask at the same time. */
async function shownFor(request: Request, studio: Studio): Promise<Shown> {
  const { place, options, wish, newer, engine } = request;
  const { viewer, flights, gate, elsewhere, sources } = studio;
  const key = JSON.stringify([viewer, place, options.version, wish, newer]);
  return await flights.join(key, async () => {
    const { begun, ...seen } = await gate.pass(async () => {
      const start = performance.now();
      const { bytes, ...about } = await sources().read(place, LOAD.maxBytes);
      const fetchMs = performance.now() - start;
      requireVersion(about, request);
      const source = { bytes, etag: about.etag };
      return { begun: await begin(source, request, engine), about, fetchMs };
    });
    if ("bytes" in begun) return { ...begun, ...seen };
    const made = () => finish(begun, (name) => studio.delegate(name));
    const shown = { ...await elsewhere.pass(made), ...seen };
    await requireUnchanged(seen.about, request, studio);
    return shown;
  });
}

/** Whoever has made a picture elsewhere has read the object later than we. */
async function requireUnchanged(
  { etag }: About,
  { place }: Asked,
  { sources }: Studio,
): Promise<void> {
  const now = await sources().look(place);
  if (now !== undefined && now.etag === etag) return;
  throw storageUnavailable("The object has changed meanwhile: ask again");
}

/** Else a URL that is kept for ever could come to mean something else. */
function requireVersion(
  { etag }: About,
  { options: { version } }: Asked,
): void {
  if (version === undefined || version === etag) return;
  throw objectNotFound("The object is there in another version, or not at all");
}

/** Those that a 304 has as well: RFC 9110 §15.4.5. */
async function headersFor(request: Request, about: About): Promise<Headers> {
  const { wish, access, options } = request;
  const { etag, lastModified, cacheControl } = about;
  const isVersioned = options.version !== undefined;
  const now = Date.now();
  const headers = new Headers({
    "cache-control": cacheControlOf({ access, isVersioned, cacheControl, now }),
  });
  if (etag !== undefined) {
    headers.set("etag", await tagOf(etag, request, request.engine));
  }
  if (lastModified !== undefined) headers.set("last-modified", lastModified);
  if (wish.format === undefined) headers.append("vary", "Accept");
  if (access.kind === "caller") headers.append("vary", "Authorization");
  return headers;
}

async function answerOf(request: Request, shown: Shown): Promise<Response> {
  const { bytes, format, about, fetchMs, timings } = shown;
  const { place, options: { download } } = request;
  const headers = await headersFor(request, about);
  headers.set("content-type", `image/${format}`);
  headers.set("content-length", String(bytes.length));
  // Whatever it is taken for, it runs nothing and loads nothing.
  headers.set("content-security-policy", "default-src 'none'");
  headers.set("x-content-type-options", "nosniff");
  headers.set("server-timing", timing({ fetch: fetchMs, ...timings }));
  if (download !== undefined) {
    const name = download === "" ? nameOf(place.path, format) : download;
    headers.set("content-disposition", attachment(name));
  }
  return new Response(bytes, { headers });
}

/** W3C Server Timing, section 3. */
function timing(ms: Readonly<Record<string, number>>): string {
  return Object.entries(ms)
    .map(([name, duration]) => `${name};dur=${duration.toFixed(1)}`)
    .join(", ");
}

/** The object's own name, with the extension that it has now. */
function nameOf(path: string, format: string): string {
  const file = path.split("/").at(-1) ?? "";
  const stem = file.replace(/\.[^.]*$/, "");
  return `${stem || "image"}.${format === "jpeg" ? "jpg" : format}`;
}
