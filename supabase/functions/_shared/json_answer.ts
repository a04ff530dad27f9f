/**
 * Answers in JSON that say how long they are, so that they can be counted
 * without being read.
 *
 * @module
 */

/** As `Response.json`, with `content-length`. */
export function answerJson(value: unknown, init: ResponseInit = {}): Response {
  const body = new TextEncoder().encode(JSON.stringify(value));
  const headers = new Headers(init.headers);
  headers.set("content-length", String(body.byteLength));
  if (!headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  return new Response(body, { ...init, headers });
}
