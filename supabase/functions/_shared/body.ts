/**
 * The bytes of a request, with a bound on how many and on how long.
 *
 * @module
 */
import { type Problem, problem } from "./problem.ts";

const bodyTooLarge = problem(413, "Body too large");
const bodyTooSlow = problem(408, "Body too slow");
const bodyCutShort = problem(400, "Body cut short");

/** How much of a body is waited for. */
export interface BodyLimits {
  readonly bodyBytes: number;
  readonly bodyMs: number;
}

/**
 * Reads a request's body, giving up as soon as it passes a limit.
 *
 * `content-length` is a claim by the sender, so it can only refuse early; the
 * bytes are counted whatever it says.
 *
 * @throws {Problem} "Body too large", "Body too slow" or "Body cut short".
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bodyBytes, bodyMs } = limits;
  if (request.body === null) return new Uint8Array();
  const claimed = Number(request.headers.get("content-length"));
  if (claimed > bodyBytes) throw tooLarge(bodyBytes);

  const reader = request.body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow(bodyMs)), bodyMs);
  try {
    return await Promise.race([readUpTo(bodyBytes, reader), late.promise]);
  } catch (error) {
    // Not awaited: a sender that has stalled would hold us as well.
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function readUpTo(
  bodyBytes: number,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw bodyCutShort("The connection ended before the body did");
    });
    if (done) return concat(chunks, length);
    length += value.length;
    if (length > bodyBytes) throw tooLarge(bodyBytes);
    chunks.push(value);
  }
}

function concat(
  chunks: readonly Uint8Array[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function tooLarge(bodyBytes: number): Problem {
  return bodyTooLarge(`Cannot read past ${bodyBytes} bytes`, { bodyBytes });
}

function tooSlow(bodyMs: number): Problem {
  return bodyTooSlow(`Cannot wait longer than ${bodyMs} ms`, { bodyMs });
}
