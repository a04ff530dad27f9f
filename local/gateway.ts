/**
 * One port in front of everything, as the platform's gateway is.
 *
 * @module
 */
import type { Claims } from "./database.ts";
import { identify, type Keys, refuseKey } from "./keys.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Rest } from "./rest.ts";

type Handler = (request: Request) => Promise<Response>;

/** What stands behind the gateway. */
export interface Services {
  readonly auth: Handler;
  readonly storage: Handler;
  readonly functions: Handler;
  readonly rest: Rest;
  readonly mailbox: Mailbox;
  readonly sql: Handler;
  readonly keys: Keys;
}

/** Sends each request to the service that its path names. */
export function gateway(services: Services): Handler {
  const { auth, storage, functions, rest, mailbox, sql, keys } = services;
  const apis: Readonly<Record<string, Handler>> = {
    auth,
    storage,
    rest: (request) => identified(request, keys, rest),
  };

  return async (request) => {
    const { pathname } = new URL(request.url);
    const [, service = "", version = ""] = pathname.split("/");
    if (version === "v1" && service === "functions") {
      return await functions(request); // they answer for their own CORS
    }
    // Without a word of CORS: other pages shall not read people's mails, nor
    // their tables.
    if (pathname === "/mailbox") return await mailbox.fetch(request);
    if (pathname === "/sql") return await sql(request);
    if (isPreflight(request)) return preflight(request);
    const api = version === "v1" && Object.hasOwn(apis, service)
      ? apis[service]
      : undefined;
    return shared(await (api ?? nothing)(request));
  };
}

async function identified(
  request: Request,
  keys: Keys,
  serve: (request: Request, claims: Claims) => Promise<Response>,
): Promise<Response> {
  const identity = await identify(request, keys);
  if ("claims" in identity) return await serve(request, identity.claims);
  const { refused } = identity;
  if (refused !== "bad token") return refuseKey(refused);
  return Response.json(BAD_TOKEN, { status: 401 });
}

/** As PostgREST words it. */
const BAD_TOKEN = {
  code: "PGRST301",
  details: null,
  hint: null,
  message: "JWSError JWSInvalidSignature",
};

function nothing(): Promise<Response> {
  const message = "no Route matched with those values";
  return Promise.resolve(Response.json({ message }, { status: 404 }));
}

/** Who speaks TUS sends other OPTIONS, to ask what a server can do. */
function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/** The platform's own services take calls from every page. */
function preflight(request: Request): Response {
  const asked = request.headers.get("access-control-request-headers");
  return new Response(null, {
    status: 200,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS",
      "access-control-allow-headers": asked ?? "*",
      "access-control-max-age": "3600",
    },
  });
}

function shared(response: Response): Response {
  const readable = new Response(response.body, response);
  readable.headers.set("access-control-allow-origin", "*");
  readable.headers.set("access-control-expose-headers", "*");
  return readable;
}
