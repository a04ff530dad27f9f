/**
 * `image-proxy` before a Storage with an image transformation, and beside an
 * imgproxy: stand-ins that write down what arrives, and answer as a test says.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import { toBase64url } from "../../supabase/functions/_shared/base64url.ts";
import { bearerOf } from "../../supabase/functions/_shared/caller.ts";
import { imageLinks } from "../../supabase/functions/_shared/image_link.ts";
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";
import { testScope } from "../../supabase/functions/_shared/testing/scope.ts";
import { serve } from "../../supabase/functions/_shared/testing/server.ts";
import imageProxy from "../../supabase/functions/image-proxy/index.ts";
import { portsFor } from "../../supabase/functions/image-proxy/world.ts";
import type { Engine } from "../../supabase/functions/image-proxy/policy.ts";

/** The token of a signed-in user: Storage knows no other here. */
export const TOKEN = "token-of-the-caller";
const LINK = "a.link.token";
const KEY = "key of imgproxy";
const SALT = "salt of imgproxy";

/** Answers for a picture that was asked for. */
export type Answer = (request: Request) => Response | Promise<Response>;

/** A running studio. `await using` closes it. */
export interface Studio extends AsyncDisposable {
  /** Of objects: `HEAD public shop/a.png`, with the right that was shown. */
  readonly reads: string[];
  /** What Storage was asked to transform: door, path, query and right. */
  readonly renders: string[];
  /** What imgproxy was asked for: its options, and the source. */
  readonly orders: string[];
  /** The `accept` of all that was asked of anybody. */
  readonly accepts: Set<string | null>;
  /** The next answers of Storage's transformation, and of imgproxy. */
  storage: Answer;
  imgproxy: Answer;
  /** Puts an object into the bucket `shop`; another one under its name goes. */
  hang(path: string, bytes: Uint8Array): void;
  /** Asks the function, with pictures made by `engine`. */
  ask(path: string, engine: Engine, init?: RequestInit): Promise<Response>;
  /** The path of a link to an object with options. */
  link(path: string, options: string): Promise<string>;
}

/** Starts a studio; without `imgproxy` where that is not configured. */
export function startStudio(isConfigured = true): Studio {
  const hung = new Map<string, { bytes: Uint8Array; etag: string }>();
  const reads: string[] = [];
  const renders: string[] = [];
  const orders: string[] = [];
  const accepts = new Set<string | null>();
  const unexpected = () => new Response("Nobody expects this", { status: 500 });

  const storage = serve(async (request) => {
    const { method, url, headers } = request;
    const { pathname, search } = new URL(url);
    const rest = decodeURIComponent(pathname.replace("/storage/v1/", ""));
    const right = rightIn(headers);
    if (rest.startsWith("render/image/")) {
      accepts.add(headers.get("accept"));
      renders.push(`${rest.slice(13)}${search} ${right}`);
      return await studio.storage(request);
    }
    const [, door = "", ...path] = rest.split("/");
    reads.push(`${method} ${door} ${path.join("/")} ${right}`);
    const found = hung.get(path.join("/"));
    const isHidden = door === "authenticated" && right === "nobody";
    if (found === undefined || isHidden) {
      const missing = { statusCode: "404", message: "Object not found" };
      return Response.json(missing, { status: 400 });
    }
    if (method === "POST") {
      const signedURL = `/object/sign/${path.join("/")}?token=${LINK}`;
      return Response.json({ signedURL });
    }
    const body = method === "HEAD" ? null : Uint8Array.from(found.bytes);
    return new Response(body, { headers: { etag: found.etag } });
  });

  const imgproxy = serve(async (request) => {
    const { pathname } = new URL(request.url);
    const [, signature, ...rest] = pathname.split("/");
    const path = `/${rest.join("/")}`;
    const mac = createHmac("sha256", KEY).update(SALT).update(path);
    if (signature !== mac.digest("base64url")) {
      return new Response("Forbidden", { status: 403 });
    }
    accepts.add(request.headers.get("accept"));
    const source = Buffer.from(rest.pop() ?? "", "base64url").toString();
    const { pathname: object, search } = new URL(source);
    orders.push(`${rest.join("/")} ${object}${search}`);
    // What it was given is enough to fetch the object.
    const fetched = await fetch(source);
    await fetched.body?.cancel();
    if (!fetched.ok) return new Response("Unreachable", { status: 404 });
    return await studio.imgproxy(request);
  });

  const secret = toBase64url(new Uint8Array(32).fill(7));
  const config = testConfig(storage.url, {
    PORTICO_LINK_KEYS: `k1:${secret}`,
    ...isConfigured && {
      IMGPROXY_URL: imgproxy.url,
      IMGPROXY_KEY: Buffer.from(KEY).toString("hex"),
      IMGPROXY_SALT: Buffer.from(SALT).toString("hex"),
    },
  });
  const links = imageLinks(config.linkKeys);
  let versions = 0;

  const studio: Studio = {
    reads,
    renders,
    orders,
    accepts,
    storage: unexpected,
    imgproxy: unexpected,
    hang(path, bytes) {
      hung.set(`shop/${path}`, { bytes, etag: `"v${++versions}"` });
    },
    ask(path, engine, init) {
      const request = new Request(`http://localhost/image-proxy${path}`, init);
      const scope = testScope(config, bearerOf(request));
      const ports = portsFor(scope, engine);
      return imageProxy.within(config, ports).fetch(request);
    },
    async link(path, options) {
      const expires = Math.floor(Date.now() / 1000) + 60;
      const place = { bucket: "shop", path };
      const token = await links.sign(place, options, expires);
      return `/sign/shop/${encodeURI(path)}?token=${token}`;
    },
    async [Symbol.asyncDispose]() {
      await imgproxy[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
  return studio;
}

function rightIn(headers: Headers): string {
  const right = headers.get("authorization")?.replace("Bearer ", "");
  if (right === TOKEN) return "caller";
  return right === "sb_secret_test" ? "service" : "nobody";
}
