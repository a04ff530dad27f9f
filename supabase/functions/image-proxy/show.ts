/**
 * A request for a picture, from what the caller has already to the answer.
 *
 * @module
 */
import { ifNoneMatch } from "@std/http/etag";
import { attachment } from "../_shared/filename.ts";
import type { ImageOptions } from "../_shared/image_options.ts";
import { objectNotFound, type Place } from "../_shared/place.ts";
import { type NewerFormat, newerFormats } from "./accept.ts";
import { type Access, cacheControlOf, isUnmodified } from "./caching.ts";
import type { Made } from "./codec.ts";
import { tagOf } from "./etag.ts";
import type { Flights } from "./flights.ts";
import type { Gate } from "./gate.ts";
import { LOAD } from "./policy.ts";
import { render } from "./render.ts";
import { addressOf, put, type Shelf, taken } from "./shelf.ts";
import type { About, Sources } from "./sources.ts";
import { variantName } from "./variants.ts";
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
  /** Tells apart who may not see what another may. */
  readonly viewer: string;
  /** With time of its own: what one asks for, others may wait for. */
  sources(): Sources;
  /** Where what is everybody's is kept, once made. */
  readonly shelf?: Shelf;
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
  /** What Storage says of the object, asked once; `undefined`: ask for it all. */
  about(): Promise<About | undefined>;
}

/** The picture; 304 for a caller who has it; 302 if it is kept elsewhere. */
export async function show(
  asked: Asked,
  headers: Headers,
  studio: Studio,
): Promise<Response> {
  const { place, options, access } = asked;
  const audience = access.kind === "public" ? "public" : "trusted";
  const wish = wishOf(options, audience);
  const newer = wish.format === undefined ? newerFormats(headers) : [];
  let known: Promise<About | undefined> | undefined;
  const about = () => known ??= studio.sources().look(place);
  const request = { ...asked, wish, newer, about };
  return await unchanged(request, headers) ??
    await elsewhere(request, studio) ??
    await answerOf(request, await shownFor(request, studio));
}

/** 304, if `headers` say which picture the caller has, and it is that. */
async function unchanged(
  request: Request,
  headers: Headers,
): Promise<Response | undefined> {
  const tags = headers.get("if-none-match");
  if (tags === null && !headers.has("if-modified-since")) return undefined;
  const about = await request.about();
  if (about === undefined) return undefined;
  requireVersion(about, request);
  const answer = await headersFor(request, about);
  const tag = answer.get("etag") ?? undefined;
  const isSame = !ifNoneMatch(tags, tag) ||
    isUnmodified(headers, about.lastModified);
  if (!isSame) return undefined;
  return new Response(null, { status: 304, headers: answer });
}

/** 302 to where the picture is kept, if the policy says so and it is there. */
async function elsewhere(
  request: Request,
  { shelf }: Studio,
): Promise<Response | undefined> {
  // A name to save it under is ours to give.
  if (!shelf?.redirects || request.options.download !== undefined) {
    return undefined;
  }
  const kept = await keptAs(request);
  if (kept === undefined) return undefined;
  const location = await addressOf(shelf, kept.name);
  if (location === undefined) return undefined;
  const headers = await headersFor(request, kept.about);
  headers.set("location", location);
  return new Response(null, { status: 302, headers });
}

/** Under which name a picture is kept, if it is one that is. */
async function keptAs(
  request: Request,
): Promise<{ readonly name: string; readonly about: About } | undefined> {
  const { access, place, newer, options: { preset, dpr = 1 } } = request;
  if (access.kind !== "public" || preset === undefined) return undefined;
  const about = await request.about();
  if (about?.etag === undefined) return undefined;
  requireVersion(about, request);
  const name = variantName({ place, etag: about.etag, preset, dpr, newer });
  return name === undefined ? undefined : { name, about };
}

/** Taken or made once for all who ask at the same time. */
async function shownFor(request: Request, studio: Studio): Promise<Shown> {
  const { place, options, wish, newer } = request;
  const { viewer, flights, shelf } = studio;
  const key = JSON.stringify([viewer, place, options.version, wish, newer]);
  return await flights.join(key, async () => {
    const start = performance.now();
    const kept = shelf && await keptAs(request);
    if (shelf === undefined || kept === undefined) {
      return await make(request, studio);
    }
    const { name, about } = kept;
    const found = await taken(shelf, name);
    if (found !== undefined) {
      return { ...found, about, fetchMs: performance.now() - start };
    }
    const shown = await make(request, studio);
    // What has changed meanwhile has another name.
    if (shown.about.etag === about.etag) put(shelf, name, shown);
    return shown;
  });
}

async function make(request: Request, studio: Studio): Promise<Shown> {
  const { gate, sources } = studio;
  return await gate.pass(async () => {
    const start = performance.now();
    const read = sources().read(request.place, LOAD.maxBytes);
    const { bytes, ...about } = await read;
    const fetchMs = performance.now() - start;
    requireVersion(about, request);
    return { ...await render(bytes, request), about, fetchMs };
  });
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
  const { wish, newer, access, options } = request;
  const { etag, lastModified, cacheControl } = about;
  const isVersioned = options.version !== undefined;
  const now = Date.now();
  const headers = new Headers({
    "cache-control": cacheControlOf({ access, isVersioned, cacheControl, now }),
  });
  if (etag !== undefined) headers.set("etag", await tagOf(etag, wish, newer));
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
