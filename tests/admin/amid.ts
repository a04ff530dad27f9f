/**
 * `admin-users` in this process, with something between it and the stack.
 *
 * @module
 */
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";
import { serve } from "../../supabase/functions/_shared/testing/server.ts";
import adminUsers from "../../supabase/functions/admin-users/index.ts";
import { type Death, type Dying, dying } from "../between.ts";
import type { Place } from "../contracts/contract.ts";
import { type Person, tokenOf, type World } from "../world.ts";

/** Answers a request to the stack; `pass` asks the stack itself. */
export type Amid = (
  request: Request,
  pass: () => Promise<Response>,
) => Response | Promise<Response>;

/** Serves the function, and has `amid` answer where it would change accounts. */
export function amidAuth(world: World, amid: Amid): Place & AsyncDisposable {
  // supabase-js looks at an account before it deletes it.
  const isChange = (request: Request) =>
    request.method !== "GET" && isOf(request, "/auth/v1/");
  return amidAll(
    world,
    (request, pass) => isChange(request) ? amid(request, pass) : pass(),
  );
}

/** Serves the function, and has `amid` answer its calls of the function `name`. */
export function amidSql(
  world: World,
  [name, amid]: [name: string, amid: Amid],
): Place & AsyncDisposable {
  return amidAll(
    world,
    (request, pass) =>
      isOf(request, `/rest/v1/rpc/${name}`) ? amid(request, pass) : pass(),
  );
}

function isOf({ url }: Request, prefix: string): boolean {
  return new URL(url).pathname.startsWith(prefix);
}

function amidAll(world: World, amid: Amid): Place & AsyncDisposable {
  const { stack } = world;
  const server = serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    // At once: who waits may have gone before it is passed on.
    const body = await request.bytes();
    return await amid(request, () =>
      fetch(`${stack.url}${pathname}${search}`, {
        method,
        headers,
        ...body.length > 0 && { body },
      }));
  });
  const { url, keys } = stack;
  const { fetch: call } = adminUsers.within(testConfig(server.url, {
    SUPABASE_PUBLIC_URL: url,
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    NOTICE_URL: `${url}/mailbox`,
    WEBHOOK_SECRET: keys.webhookSecret,
  }));
  return {
    world,
    call: (path, init) =>
      call(new Request(`http://localhost/admin-users${path}`, init)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Serves the function in this process until it dies. */
export function dyingOffice(world: World, death: Death): Dying {
  return dying(world, ["admin-users", adminUsers], death);
}

/** Asks the function at `place`, as `who`. */
export async function askAt(
  place: Place,
  who: Person,
  { body, headers }: {
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Response> {
  return await place.call("", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${await tokenOf(who)}`,
      ...headers,
    },
    body: JSON.stringify(body),
  });
}
