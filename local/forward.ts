/**
 * From the gateway to a function's process and back.
 *
 * @module
 */

/** As the platform passes it on: `/signed-upload/…`, without `/functions/v1`. */
export async function forward(
  request: Request,
  name: string,
  port: number,
  answerMs: number,
): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const below = pathname.slice(`/functions/v1/${name}`.length);
  const headers = new Headers(request.headers);
  headers.delete("host");
  headers.set("accept-encoding", "identity"); // or fetch would undo it
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("No answer", "TimeoutError")),
    answerMs,
  );
  try {
    return await fetch(`http://127.0.0.1:${port}/${name}${below}${search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal: late.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Whether `error` is `forward` giving up. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}

/** The same answer, which calls `end` once it has been read or given up. */
export function whenRead(response: Response, end: () => void): Response {
  const { body, status, headers } = response;
  if (body === null) {
    end();
    return response;
  }
  const watched = new TransformStream({ flush: end, cancel: end });
  // A function that dies in the middle breaks the pipe, and is over as well.
  body.pipeTo(watched.writable).catch(end);
  return new Response(watched.readable, { status, headers });
}
