/**
 * A request for a picture, from what the caller has already to the answer.
 *
 * @module
 */
import { ifNoneMatch } from "@std/http/etag";
import type { Call } from "../_shared/route.ts";
import { COUNTED } from "../_shared/telemetry/catalogue.ts";
import type { Meter } from "../_shared/telemetry/meter.ts";
import { newerFormats } from "./accept.ts";
import { answerOf, headersFor } from "./answer.ts";
import { isUnmodified } from "./caching.ts";
import { make } from "./make.ts";
import {
  type Asked,
  type Request,
  requireVersion,
  type Shown,
  type Studio,
} from "./request.ts";
import { addressOf, put, taken } from "./shelf.ts";
import type { About } from "./sources.ts";
import { variantName } from "./variants.ts";
import { wishOf } from "./wish.ts";

/** The picture; 304 for a caller who has it; 302 if it is kept elsewhere. */
export async function show(
  asked: Asked,
  { headers, meter }: Pick<Call<unknown, unknown>, "headers" | "meter">,
  studio: Studio,
): Promise<Response> {
  const { place, options, access } = asked;
  const audience = access.kind === "public" ? "public" : "trusted";
  const wish = wishOf(options, audience);
  const newer = wish.format === undefined ? newerFormats(headers) : [];
  let known: Promise<About | undefined> | undefined;
  const about = () => known ??= studio.sources().look(place);
  const request = { ...asked, wish, newer, about };
  const bare = await unchanged(request, headers, studio) ??
    await elsewhere(request, studio);
  if (bare !== undefined) {
    const cache = bare.status === 304 ? "caller" : "storage";
    meter.count(COUNTED.images, { ...UNMADE, cache });
    return bare;
  }
  const shown = await shownFor(request, studio, meter);
  countPicture(shown, meter);
  return await answerOf(request, shown, studio.engine);
}

/** Of an answer without a picture. */
const UNMADE = { source: "none", result: "none", engine: "none" };

function countPicture({ format, origin }: Shown, meter: Meter): void {
  const made = origin === undefined
    ? { source: "unknown", engine: "none", cache: "variants" }
    : { source: origin.source, engine: origin.by, cache: "none" };
  meter.count(COUNTED.images, { ...made, result: format });
}

/** 304, if `headers` say which picture the caller has, and it is that. */
async function unchanged(
  request: Request,
  headers: Headers,
  { engine }: Studio,
): Promise<Response | undefined> {
  const tags = headers.get("if-none-match");
  if (tags === null && !headers.has("if-modified-since")) return undefined;
  const about = await request.about();
  if (about === undefined) return undefined;
  requireVersion(about, request.options.version);
  const answer = await headersFor(request, about, engine);
  const tag = answer.get("etag") ?? undefined;
  const isSame = !ifNoneMatch(tags, tag) ||
    isUnmodified(headers, about.lastModified);
  if (!isSame) return undefined;
  return new Response(null, { status: 304, headers: answer });
}

/** 302 to where the picture is kept, if the policy says so and it is there. */
async function elsewhere(
  request: Request,
  { shelf, engine }: Studio,
): Promise<Response | undefined> {
  // A name to save it under is ours to give.
  if (!shelf?.redirects || request.options.download !== undefined) {
    return undefined;
  }
  const kept = await keptAs(request);
  if (kept === undefined) return undefined;
  const location = await addressOf(shelf, kept.name);
  if (location === undefined) return undefined;
  const headers = await headersFor(request, kept.about, engine);
  headers.set("location", location);
  return new Response(null, { status: 302, headers });
}

/** Under which name a picture is kept, if it is one that is. */
async function keptAs(
  request: Request,
): Promise<{ readonly name: string; readonly about: About } | undefined> {
  const { access, place, newer, options } = request;
  const { preset, version, dpr = 1 } = options;
  if (access.kind !== "public" || preset === undefined) return undefined;
  const about = await request.about();
  if (about?.etag === undefined) return undefined;
  requireVersion(about, version);
  const name = variantName({ place, etag: about.etag, preset, dpr, newer });
  return name === undefined ? undefined : { name, about };
}

/** Taken or made once for all who ask at the same time. */
async function shownFor(
  request: Request,
  studio: Studio,
  meter: Meter,
): Promise<Shown> {
  const { place, options: { version }, wish, newer } = request;
  const { viewer, flights, shelf } = studio;
  const makeNow = async () => {
    const shown = await make({ ...request, version }, studio);
    const { format: result, origin: { costMs } = {} } = shown;
    if (costMs !== undefined) {
      meter.observe(COUNTED.imageCost, { result }, costMs / 1000);
    }
    return shown;
  };
  const key = JSON.stringify([viewer, place, version, wish, newer]);
  return await flights.join(key, async () => {
    const start = performance.now();
    const kept = shelf && await keptAs(request);
    if (shelf === undefined || kept === undefined) {
      return await makeNow();
    }
    const { name, about } = kept;
    const found = await taken(shelf, name);
    if (found !== undefined) {
      return { ...found, about, fetchMs: performance.now() - start };
    }
    const shown = await makeNow();
    // What has changed meanwhile has another name.
    if (shown.about.etag === about.etag) put(shelf, name, shown);
    return shown;
  });
}
