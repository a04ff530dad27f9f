import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import * as v from "valibot";
import { afterAnswer } from "./background.ts";
import { anyone } from "./caller.ts";
import { endpoint } from "./endpoint.ts";
import { problem } from "./problem.ts";
import { type Limits, route, type Scope } from "./route.ts";
import { assertProblem } from "./testing/assert.ts";
import { testConfig } from "./testing/config.ts";
import { startSentrySink } from "./testing/sentry_sink.ts";
import { serve } from "./testing/server.ts";
import { KiB, seconds } from "./units.ts";

const LIMITS: Limits = { bodyBytes: 1 * KiB, timeoutMs: seconds(5) };

/** A function that answers what it was given, or does as a test says. */
function echo(
  limits: Limits = LIMITS,
  act: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
) {
  const handled: unknown[] = [];
  const operation = route({
    auth: anyone,
    input: v.unknown(),
    limits,
    async handle({ input, once }, signal: AbortSignal) {
      await act(signal);
      handled.push(input);
      return Response.json({ input, key: once?.key });
    },
  });
  const routes = {
    "POST /": operation,
    "GET /": operation,
    "GET /{id}": operation,
    "DELETE /{id}/parts/{part}": operation,
  } as const;
  const ports = ({ signal }: Scope) => signal;
  const fn = endpoint({ name: "echo", ports, routes });
  return { fn, handled };
}

const CONFIG = testConfig("http://127.0.0.1:1");

/** A function that answers with whatever `handle` makes. */
function answering(handle: () => Response) {
  return endpoint({
    name: "echo",
    ports: () => null,
    routes: {
      "POST /": route({
        auth: anyone,
        input: v.unknown(),
        limits: LIMITS,
        handle,
      }),
    },
  });
}

function post(body: BodyInit, headers: HeadersInit = {}): Request {
  const all = { "content-type": "application/json", ...headers };
  return new Request("http://x/echo", { method: "POST", body, headers: all });
}

Deno.test("endpoint() gives the JSON body to the handler", async () => {
  const { fn } = echo();

  const response = await fn.within(CONFIG).fetch(post('{"a":[1,"é"]}'));

  strictEqual(response.status, 200);
  deepStrictEqual(await response.json(), { input: { a: [1, "é"] } });
});

Deno.test("endpoint() gives query and path to the handler, the path first", async () => {
  const { fn } = echo();

  const request = new Request("http://x/echo/7?id=8&b=2");
  const response = await fn.within(CONFIG).fetch(request);

  deepStrictEqual(await response.json(), { input: { id: "7", b: "2" } });
});

Deno.test("endpoint() refuses a parameter that is given twice", async () => {
  const { fn, handled } = echo();

  const request = new Request("http://x/echo?a=1&a=2");
  const response = await fn.within(CONFIG).fetch(request);

  const errors = [{ detail: "Given more than once", pointer: "#/a" }];
  await assertProblem(response, {
    status: 422,
    title: "Invalid input",
    errors,
  });
  deepStrictEqual(handled, []);
});

Deno.test("endpoint() points at the field that is wrong", async () => {
  const input = v.strictObject({
    "a/b~c": v.array(v.strictObject({ n: v.number() })),
  });
  const fn = endpoint({
    name: "echo",
    ports: () => null,
    routes: {
      "POST /": route({
        auth: anyone,
        input,
        limits: LIMITS,
        handle: () => new Response(),
      }),
    },
  });

  const body = '{"a/b~c":[{"n":1},{"n":"2"}]}';
  const response = await fn.within(CONFIG).fetch(post(body));

  const { errors } = await response.json();
  strictEqual(errors.length, 1);
  // RFC 6901 §3 and §6: "~" is "~0", "/" is "~1".
  strictEqual(errors[0].pointer, "#/a~1b~0c/1/n");
});

Deno.test("endpoint() answers /health without a caller", async () => {
  const { fn } = echo();

  const request = new Request("http://x/echo/health");
  const response = await fn.within(CONFIG).fetch(request);

  strictEqual(response.status, 200);
  deepStrictEqual(await response.json(), {
    ...{ status: "ok", function: "echo", version: "unknown", missing: [] },
  });
});

Deno.test("endpoint() takes nothing but GET and HEAD at /health", async () => {
  const { fn } = echo();
  const request = new Request("http://x/echo/health", { method: "POST" });

  const response = await fn.within(CONFIG).fetch(request);

  // The pattern "GET /{id}" of this function is there as well.
  strictEqual(response.headers.get("allow"), "GET, HEAD");
  strictEqual(response.status, 405);
});

Deno.test("endpoint() answers 404 to a path it has not", async () => {
  const { fn } = echo();

  for (const path of ["/echo/7/x", "/echo//", "/echoes", "/other"]) {
    const response = await fn.within(CONFIG).fetch(
      new Request(`http://x${path}`),
    );
    await assertProblem(response, { status: 404, title: "Not found" });
  }
});

Deno.test("endpoint() keeps a caller's request id if it is one", async () => {
  const { fn } = echo();
  const own = "0d8f1c3a-9b1e-4c77-8f67-1a2b3c4d5e6f";
  const ask = async (id: string) => {
    const request = post("{}", { "x-request-id": id });
    const response = await fn.within(CONFIG).fetch(request);
    return response.headers.get("x-request-id");
  };

  strictEqual(await ask(own), own);
  match(await ask("<script>") ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("T4 endpoint() hides whatever was thrown inside, says it did, and tells Sentry", async () => {
  await using sink = startSentrySink();
  const config = testConfig("http://127.0.0.1:1", { SENTRY_DSN: sink.dsn });
  const secret = "password=hunter2 at /src/index.ts:1";
  const fail = () => {
    throw new Error("No");
  };
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const thrown = [
    ...[new Error(secret), secret, null, undefined, 7n, Symbol("x"), cyclic],
    ...[
      { toString: null },
      Object.defineProperty({}, "message", { get: fail }),
    ],
    new Proxy(new Error("x"), { get: fail, has: fail, ownKeys: fail }),
  ];

  for (const error of thrown) {
    const { fn } = echo(LIMITS, () => Promise.reject(error));
    const response = await fn.within(config).fetch(post("{}"));
    const text = await response.clone().text();
    strictEqual(text.includes("hunter2"), false);
    strictEqual(response.headers.get("access-control-allow-origin"), "*");
    await assertProblem(response, { status: 500, title: "Unexpected error" });
  }
  await sink.received("event");
  strictEqual(sink.texts.join().includes("hunter2"), false);
});

Deno.test("T4 endpoint() goes on when what it does after an answer fails", async () => {
  const { fn } = echo(LIMITS, () => {
    afterAnswer(Promise.reject(new Error("Too late")));
    return Promise.resolve();
  });

  for (let n = 0; n < 2; n++) {
    const response = await fn.within(CONFIG).fetch(post("{}"));
    strictEqual(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("endpoint() answers when its handler gives nothing that can be sent", async () => {
  const used = new Response("x");
  await used.text();
  const outOfStock = problem(409, "Out of stock");
  const answers: (() => Response)[] = [
    () => Response.error(),
    () => used,
    () => undefined as unknown as Response,
    () => {
      throw outOfStock("Cannot count", { left: 1n });
    },
  ];

  for (const handle of answers) {
    const response = await answering(handle).within(CONFIG).fetch(post("{}"));
    strictEqual(response.headers.get("access-control-allow-origin"), "*");
    await assertProblem(response, { status: 500, title: "Unexpected error" });
  }
});

Deno.test("endpoint() says when its settings are missing, and not which", async () => {
  const { fetch } = endpoint(
    { name: "e", ports: () => null, routes: {} },
    () => {
      throw new TypeError("Cannot start: SUPABASE_URL must be set");
    },
  );

  const response = await fetch(post("{}"));

  strictEqual(response.headers.get("access-control-allow-origin"), "*");
  const shown = await response.clone().text();
  strictEqual(shown.includes("SUPABASE_URL"), false);
  await assertProblem(response, { status: 500, title: "Unexpected error" });
  const options = new Request("http://x/e", { method: "OPTIONS" });
  strictEqual((await fetch(options)).status, 204);
});

Deno.test("endpoint() stops waiting, and its ports with it", async () => {
  const stopped = Promise.withResolvers<unknown>();
  const limits = { ...LIMITS, timeoutMs: 20 };
  const { fn } = echo(limits, async (signal) => {
    signal.addEventListener("abort", () => stopped.resolve(signal.reason));
    await new Promise(() => {});
  });

  const response = await fn.within(CONFIG).fetch(post("{}"));

  await assertProblem(response, { status: 504, title: "Timed out" });
  strictEqual(String(await stopped.promise).includes("time limit"), true);
});

/** Serves `fetch` on loopback, to be spoken to byte by byte. */
function listen(fetch: (request: Request) => Promise<Response>) {
  const server = serve(fetch);
  const { port } = server;
  return {
    connect: () => Deno.connect({ hostname: "127.0.0.1", port }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const HEAD =
  "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

/** What comes back for `sent`, until the other side closes or has answered. */
async function talk(connection: Deno.Conn, sent: string): Promise<string> {
  await connection.write(new TextEncoder().encode(sent));
  const buffer = new Uint8Array(64 * KiB);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const read = await connection.read(buffer).catch(() => null);
    if (read === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return text;
}

const LYING: [why: string, headers: string, status: RegExp][] = [
  ["more than is sent", "content-length: 500", /^HTTP\/1\.1 408/],
  ["less than is sent", "content-length: 3", /^HTTP\/1\.1 400/],
  ["a negative length", "content-length: -1", /^HTTP\/1\.1 400/],
  [
    "two lengths",
    "content-length: 2\r\ncontent-length: 200",
    /^HTTP\/1\.1 400/,
  ],
];

for (const [why, headers, status] of LYING) {
  Deno.test(`H1 endpoint() answers a content-length of ${why}`, async () => {
    const { fn, handled } = echo({ ...LIMITS, bodyMs: 50 });
    await using server = listen(fn.within(CONFIG).fetch);
    using connection = await server.connect();

    const answer = await talk(connection, `${HEAD}${headers}\r\n\r\n{"a":1}`);

    match(answer, status);
    deepStrictEqual(handled, []);
  });
}

Deno.test("H3 endpoint() stops reading an endless body", async () => {
  const { fn, handled } = echo();
  const cancelled = Promise.withResolvers<void>();
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent++;
      controller.enqueue(new Uint8Array(256).fill(0x20));
    },
    cancel: () => cancelled.resolve(),
  });

  const response = await fn.within(CONFIG).fetch(post(endless));

  const bodyBytes = 1 * KiB;
  await assertProblem(response, {
    status: 413,
    title: "Body too large",
    bodyBytes,
  });
  strictEqual(sent <= 1024 / 256 + 3, true); // the limit, one more, one in flight
  deepStrictEqual(handled, []);
  await cancelled.promise; // the sender is told
});

Deno.test("H3 endpoint() refuses a body that says it is too large", async () => {
  const { fn } = echo();
  const body = " ".repeat(1 * KiB + 1);

  const response = await fn.within(CONFIG).fetch(post(body));
  const exact = await fn.within(CONFIG).fetch(post(`{}${" ".repeat(1022)}`));

  strictEqual(response.status, 413);
  strictEqual(exact.status, 200);
});

Deno.test("H4 endpoint() gives up on a body that trickles", async () => {
  const { fn, handled } = echo({ ...LIMITS, bodyMs: 50 });
  await using server = listen(fn.within(CONFIG).fetch);
  using connection = await server.connect();

  const headers = `${HEAD}content-length: 100\r\n\r\n{`;
  const answer = await talk(connection, headers);

  match(answer, /^HTTP\/1\.1 408/);
  match(answer, /access-control-allow-origin: \*/);
  deepStrictEqual(handled, []);
});

const LF = "\n";
const MEMBERS = Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`);

const DOCUMENTS: [status: number, why: string, body: string | Uint8Array][] = [
  [400, "100,000 levels", "[".repeat(100_000) + "]".repeat(100_000)],
  [400, "33 levels", "[".repeat(33) + "]".repeat(33)],
  [200, "32 levels", "[".repeat(32) + "]".repeat(32)],
  [400, "100,000 members", `{${MEMBERS.join()}}`],
  [400, "a member named __proto__", '{"__proto__":{"isAdmin":true}}'],
  [400, "__proto__ in escapes", '{"\\u005f_proto__":{"isAdmin":true}}'],
  [400, "a repeated member", '{"a":1,"b":{},"a":2}'],
  [400, "a repeated member in escapes", '{"a":1,"\\u0061":2}'],
  [200, "one name in two objects", '{"a":{"b":1},"c":{"b":2}}'],
  [400, "a byte order mark", '\ufeff{"a":1}'],
  [400, "UTF-16", new Uint8Array([0x7b, 0, 0x7d, 0])],
  [400, "bytes that are not UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
  [400, "half a surrogate pair", '{"a":"\\ud800"}'],
  [200, "a whole surrogate pair", '{"a":"\\ud83d\\ude00"}'],
  [400, "nothing", ""],
  [400, "a comma too many", "[1,]"],
  [400, "an end too early", '{"a":"'],
  [400, "a comment", "{}/**/"],
  [400, "two documents", `{}${LF}{}`],
];

for (const [status, why, body] of DOCUMENTS) {
  Deno.test(`H6 endpoint() answers ${status} to ${why}`, async () => {
    const { fn, handled } = echo({ ...LIMITS, bodyBytes: 4096 * KiB });

    const response = await fn.within(CONFIG).fetch(post(body as BodyInit));

    strictEqual(response.status, status);
    strictEqual(handled.length, status === 200 ? 1 : 0);
    strictEqual("isAdmin" in {}, false);
  });
}

const TYPES: [status: number, headers: HeadersInit][] = [
  [200, { "content-type": "application/json" }],
  [200, { "content-type": "application/json; charset=utf-8" }],
  [200, { "content-type": 'APPLICATION/JSON;charset="UTF-8"' }],
  [415, { "content-type": "text/plain" }],
  [415, { "content-type": "application/json; charset=utf-7" }],
  [415, { "content-type": "multipart/form-data; boundary=x" }],
  [415, { "content-type": "application/x-www-form-urlencoded" }],
  [415, { "content-type": "application/jsonp" }],
  [415, { "content-type": "" }],
  [415, { "content-encoding": "gzip" }],
];

for (const [status, headers] of TYPES) {
  const shown = JSON.stringify(headers);
  Deno.test(`H7 endpoint() answers ${status} to ${shown}`, async () => {
    const { fn, handled } = echo();

    const response = await fn.within(CONFIG).fetch(post("{}", headers));

    strictEqual(response.status, status);
    strictEqual(handled.length, status === 200 ? 1 : 0);
  });
}

Deno.test("HEAD is GET without its body, and no POST", async () => {
  const { fn, handled } = echo();
  const head = { method: "HEAD" };

  const response = await fn.within(CONFIG).fetch(
    new Request("http://x/echo?a=1", head),
  );
  const posted = await answering(() => Response.json({})).within(CONFIG)
    .fetch(new Request("http://x/echo", head));

  strictEqual(response.status, 200);
  strictEqual(response.headers.get("content-type"), "application/json");
  strictEqual(await response.text(), "");
  strictEqual(handled.length, 1);
  strictEqual(posted.status, 405);
});

for (const method of ["PUT", "PATCH", "DELETE", "BREW"]) {
  Deno.test(`H8 endpoint() does not take ${method}`, async () => {
    const { fn, handled } = echo();
    const request = new Request("http://x/echo", { method });

    const response = await fn.within(CONFIG).fetch(request);

    strictEqual(response.headers.get("allow"), "POST, GET, HEAD");
    await assertProblem(response, { status: 405, title: "Method not allowed" });
    deepStrictEqual(handled, []);
  });
}

Deno.test("H8 endpoint() does not take TRACE", async () => {
  const { fn, handled } = echo();
  await using server = listen(fn.within(CONFIG).fetch);
  using connection = await server.connect();

  const answer = await talk(
    connection,
    "TRACE /echo HTTP/1.1\r\nhost: x\r\n\r\n",
  );

  match(answer, /^HTTP\/1\.1 405/);
  match(answer, /\r\nallow: POST, GET, HEAD\r\n/);
  deepStrictEqual(handled, []);
});

Deno.test("H8 endpoint() goes by the method and not by a header", async () => {
  const { fn, handled } = echo();
  const headers = { "x-http-method-override": "DELETE" };
  const request = new Request("http://x/echo/7/parts/1", { headers });

  const response = await fn.within(CONFIG).fetch(request);

  strictEqual(response.status, 405);
  deepStrictEqual(handled, []);
});

const OWN = "https://app.example.com";
const OWN_ORIGINS = { ALLOWED_ORIGINS: `${OWN}, http://localhost:3000` };

const ORIGINS: [allowed: boolean, origin: string][] = [
  [true, OWN],
  [true, "http://localhost:3000"],
  [false, "null"],
  [false, "https://app.example.com.evil.tld"],
  [false, "https://evil.tld/https://app.example.com"],
  [false, "https://appXexample.com"],
  [false, "https://APP.example.com"],
  [false, "https://app.example.com:8443"],
  [false, "http://app.example.com"],
  [false, "https://sub.app.example.com"],
  [false, "*"],
  [false, ""],
];

for (const [allowed, origin] of ORIGINS) {
  const verb = allowed ? "shares with" : "hides from";
  Deno.test(`H10 endpoint() ${verb} origin "${origin}"`, async () => {
    const { fn } = echo();
    const own = fn.within(testConfig("http://127.0.0.1:1", OWN_ORIGINS));
    const requests = [
      post("{}", { origin }), // 200
      post("{", { origin }), // 400
      new Request("http://x/echo", { method: "PUT", headers: { origin } }), // 405
      new Request("http://x/echo", { method: "OPTIONS", headers: { origin } }),
    ];

    for (const request of requests) {
      const { headers } = await own.fetch(request);
      const shared = headers.get("access-control-allow-origin");
      strictEqual(shared, allowed ? origin : null);
      strictEqual(headers.get("vary"), "Origin");
      strictEqual(headers.get("access-control-allow-credentials"), null);
    }
  });
}

Deno.test("H10 endpoint() passes no server's CORS headers on", async () => {
  const fetched = new Response("x", {
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-credentials": "true",
    },
  });
  const own = testConfig("http://127.0.0.1:1", OWN_ORIGINS);
  const fn = answering(() => fetched).within(own);

  const origin = "https://evil.tld";
  const { headers } = await fn.fetch(post("{}", { origin }));

  const names = [...headers.keys()];
  deepStrictEqual(names.filter((it) => it.startsWith("access-control-")), []);
});

const LISTS: [why: string, env: Record<string, string>][] = [
  ["and none is", {}],
  ["and others are", OWN_ORIGINS],
];

for (const [why, env] of LISTS) {
  Deno.test(`H10 endpoint() is called by no page where it has to be listed ${why}`, async () => {
    let calls = 0;
    const fn = endpoint({
      name: "echo",
      onlyListedOrigins: true,
      ports: () => null,
      routes: {
        "POST /": route({
          auth: anyone,
          input: v.unknown(),
          limits: LIMITS,
          handle: () => Response.json({ calls: ++calls }),
        }),
      },
    }).within(testConfig("http://127.0.0.1:1", env));
    const origin = "https://evil.tld";

    const page = await fn.fetch(post("{}", { origin }));
    const asked = await fn.fetch(
      new Request("http://x/echo", { method: "OPTIONS", headers: { origin } }),
    );
    const server = await fn.fetch(post("{}"));
    const ours = await fn.fetch(post("{}", { origin: OWN }));

    await assertProblem(page, { status: 403, title: "Origin not allowed" });
    strictEqual(asked.headers.get("access-control-allow-origin"), null);
    strictEqual(server.status, 200);
    strictEqual(ours.status, env === OWN_ORIGINS ? 200 : 403);
    strictEqual(calls, env === OWN_ORIGINS ? 2 : 1);
  });
}

Deno.test("H11 endpoint() answers a preflight without a token", async () => {
  const { fn } = echo();
  const request = new Request("http://x/echo", {
    method: "OPTIONS",
    headers: {
      origin: OWN,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, x-evil, sentry-trace",
    },
  });

  const { status, headers } = await fn.within(CONFIG).fetch(request);

  strictEqual(status, 204);
  strictEqual(headers.get("access-control-allow-origin"), "*");
  const listed = headers.get("access-control-allow-headers")?.split(", ") ?? [];
  strictEqual(listed.includes("authorization"), true);
  strictEqual(listed.includes("sentry-trace"), true);
  strictEqual(listed.includes("x-evil"), false);
  const methods = headers.get("access-control-allow-methods");
  strictEqual(methods, "GET, POST, DELETE");
});
