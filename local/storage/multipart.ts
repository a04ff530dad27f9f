/**
 * `multipart/form-data` (RFC 7578), read as it arrives.
 *
 * supabase-js sends the file in a part with an empty name, which the
 * platform's own `formData()` drops, and it would hold the file in memory.
 *
 * @module
 */
import { entityTooLarge, noContentProvided } from "./errors.ts";

/** The fields before the first file, and that file. The rest is not read. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** As the part declares it. */
  readonly contentType: string | undefined;
  /** To be read once. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

// As the real server sets them: fields in a form, and bytes of one.
const MAX_FIELDS = 10;
const MAX_FIELD_BYTES = 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

const BLANK_LINE = new TextEncoder().encode("\r\n\r\n");

/** Reads up to the first byte of the file. Throws `InvalidRequest`. */
export async function readForm(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<Form> {
  const input = scanner(body);
  const boundary = new TextEncoder().encode(`\r\n--${boundaryOf(contentType)}`);
  const fields = new Map<string, string>();

  await collect(input.until(boundary), MAX_HEADER_BYTES);
  while (fields.size <= MAX_FIELDS) {
    // Two hyphens here would be the end, and then no blank line follows.
    const head = await collect(input.until(BLANK_LINE), MAX_HEADER_BYTES);
    const part = describe(head);
    if (part.isFile) {
      return {
        fields,
        contentType: part.contentType,
        chunks: input.until(boundary),
      };
    }
    const value = await collect(input.until(boundary), MAX_FIELD_BYTES);
    fields.set(part.name, value);
  }
  throw noContentProvided();
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    contentType.match(/;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw noContentProvided();
  return boundary;
}

/** What the header lines of a part say. */
function describe(
  head: string,
): { name: string; isFile: boolean; contentType: string | undefined } {
  const disposition = head.match(/^content-disposition:(.*)$/im)?.[1] ?? "";
  const contentType = head.match(/^content-type:(.*)$/im)?.[1]?.trim();
  const name = disposition.match(/;\s*name="([^"]*)"/i)?.[1] ?? "";
  return { name, isFile: /;\s*filename\*?=/i.test(disposition), contentType };
}

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw entityTooLarge(
        "The user_metadata exceeded the maximum allowed size",
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Hands out a stream piece by piece, from one delimiter to the next. */
interface Scanner {
  /** What comes before `delimiter`, which is then consumed too. */
  until(delimiter: Uint8Array): AsyncGenerator<Uint8Array, void>;
}

function scanner(body: AsyncIterable<Uint8Array>): Scanner {
  const source = body[Symbol.asyncIterator]();
  // The first delimiter has no line break before it, the others have.
  let buffer = new TextEncoder().encode("\r\n");

  async function refill(): Promise<void> {
    const { done, value } = await source.next();
    if (done) throw noContentProvided();
    const joined = new Uint8Array(buffer.length + value.length);
    joined.set(buffer);
    joined.set(value, buffer.length);
    buffer = joined;
  }

  return {
    async *until(delimiter) {
      for (;;) {
        const at = indexOf(buffer, delimiter);
        // Its beginning may be at the end of what has arrived.
        const certain = at < 0 ? buffer.length - delimiter.length + 1 : at;
        if (certain > 0) yield buffer.subarray(0, certain);
        buffer = buffer.subarray(
          at < 0 ? Math.max(certain, 0) : at + delimiter.length,
        );
        if (at >= 0) return;
        await refill();
      }
    },
  };
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted;
  let at = bytes.indexOf(first);
  while (at >= 0 && at + wanted.length <= bytes.length) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
    at = bytes.indexOf(first, at + 1);
  }
  return -1;
}
