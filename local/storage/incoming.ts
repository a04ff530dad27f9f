/**
 * What a request brings to be stored: a form with a file in it, or bare bytes.
 *
 * @module
 */
import {
  entityTooLarge,
  invalidHeaderChar,
  noContentProvided,
} from "./errors.ts";
import { requireAllowed } from "./mime.ts";
import { readForm } from "./multipart.ts";
import type { Rules } from "./store.ts";

/** An object on its way in. */
export interface Incoming {
  /** As the sender declares it. Nobody looks at the bytes. */
  readonly mimetype: string;
  readonly cacheControl: string;
  /** How the bytes are coded, as the sender has it. Nobody decodes them. */
  readonly contentEncoding: string | undefined;
  /** What the sender claims of the whole request, for policies to look at. */
  readonly contentLength: number | undefined;
  readonly userMetadata: Readonly<Record<string, unknown>> | undefined;
  /** To be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Reads up to the first byte, and refuses what `rules` refuse by then. */
export async function readIncoming(
  request: Request,
  { maxBytes, mimeTypes }: Rules,
): Promise<Incoming> {
  const contentType = request.headers.get("content-type");
  const contentLength = declaredLength(request);
  const incoming = contentType?.startsWith("multipart/form-data")
    ? await fromForm(request, contentType)
    : fromBytes(request, contentType);

  requireAllowed(incoming.mimetype, mimeTypes);
  requireHeaders(incoming);
  // A form is longer than its file, so only bare bytes can be refused by this.
  if (incoming.isBare && (contentLength ?? 0) > maxBytes) {
    throw entityTooLarge();
  }
  return { ...incoming, contentLength };
}

type Parsed = Omit<Incoming, "contentLength"> & { isBare: boolean };

async function fromForm(
  request: Request,
  contentType: string,
): Promise<Parsed> {
  const form = await readForm(chunksOf(request), contentType);
  const { fields, chunks } = form;
  const cacheTime = fields.get("cacheControl");
  const metadata = fields.get("metadata") ?? fields.get("userMetadata");
  return {
    isBare: false,
    mimetype: fields.get("contentType") || form.contentType || "text/plain",
    cacheControl: cacheTime ? `max-age=${cacheTime}` : "no-cache",
    contentEncoding: fields.get("contentEncoding") || undefined,
    userMetadata: parseMetadata(metadata),
    chunks,
  };
}

function fromBytes(request: Request, contentType: string | null): Parsed {
  return {
    isBare: true,
    mimetype: contentType || "application/octet-stream",
    cacheControl: request.headers.get("cache-control") ?? "no-cache",
    contentEncoding: request.headers.get("content-encoding") || undefined,
    userMetadata: metadataHeader(request),
    chunks: chunksOf(request),
  };
}

/** A connection that breaks is the sender's failure, and not ours. */
export async function* chunksOf(
  request: Request,
): AsyncGenerator<Uint8Array, void> {
  const reader = request.body?.getReader();
  for (;;) {
    const next = await reader?.read().catch(() => {
      throw noContentProvided("The request ended before its body did");
    });
    if (next === undefined || next.done) return;
    yield next.value;
  }
}

/** What `content-length` claims. */
export function declaredLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** The object in `x-metadata`: JSON in base64. What is not that is ignored. */
export function metadataHeader(
  request: Request,
): Record<string, unknown> | undefined {
  const header = request.headers.get("x-metadata");
  return header === null ? undefined : parseMetadata(fromBase64(header));
}

function fromBase64(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

/** The object in `json`. What is not that is ignored. */
export function parseMetadata(
  json: string | undefined,
): Record<string, unknown> | undefined {
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws `InvalidRequest` for what no header of a download could say. */
export function requireHeaders(
  { mimetype, cacheControl, contentEncoding }: {
    mimetype?: string | undefined;
    cacheControl?: string | undefined;
    contentEncoding?: string | undefined;
  },
): void {
  requireHeaderValue("content-type", mimetype);
  requireHeaderValue("cache-control", cacheControl);
  requireHeaderValue("content-encoding", contentEncoding);
}

function requireHeaderValue(header: string, value = ""): void {
  if (/^[\t\x20-\x7e]*$/.test(value)) return;
  throw invalidHeaderChar(
    `Invalid character in response header "${header}": ${value.slice(0, 50)}`,
  );
}
