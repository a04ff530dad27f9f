/**
 * `image-proxy` before a Storage that holds what a test puts into it, and counts
 * what is read.
 *
 * @module
 */
import { toBase64url } from "../../supabase/functions/_shared/base64url.ts";
import { imageLinks } from "../../supabase/functions/_shared/image_link.ts";
import { testConfig } from "../../supabase/functions/_shared/testing/config.ts";
import {
  serve,
  type Server,
} from "../../supabase/functions/_shared/testing/server.ts";
import imageProxy from "../../supabase/functions/image-proxy/index.ts";

/** What Storage says of an object. */
interface Hung {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A running gallery. `await using` closes it. */
export interface Gallery extends AsyncDisposable {
  /** `HEAD shop/a.png`, as they came. */
  readonly reads: string[];
  /** What happens before an object is sent. */
  before: () => Promise<void>;
  /** Puts an object into the bucket `shop`; another one under its name goes. */
  hang(
    path: string,
    bytes: Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): void;
  /** Asks the function for what is at `path` of it. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Has the function answer over HTTP, below `/image-proxy`. */
  open(): Server;
  /** The path of a link to an object with options, for `lifetimeS`. */
  link(path: string, options: string, lifetimeS?: number): Promise<string>;
}

/** Starts a gallery on a free port. */
export function startGallery(): Gallery {
  const hung = new Map<string, Hung>();
  const reads: string[] = [];
  const server = serve(async ({ method, url }) => {
    const { pathname } = new URL(url);
    const path = decodeURIComponent(pathname.split("/").slice(5).join("/"));
    reads.push(`${method} ${path}`);
    await gallery.before();
    const found = hung.get(path);
    if (found === undefined) {
      const missing = { statusCode: "404", message: "Object not found" };
      return Response.json(missing, { status: 400 });
    }
    const body = method === "HEAD" ? null : Uint8Array.from(found.bytes);
    return new Response(body, { headers: found.headers });
  });
  const secret = toBase64url(new Uint8Array(32).fill(7));
  const config = testConfig(server.url, { PORTICO_LINK_KEYS: `k1:${secret}` });
  const links = imageLinks(config.linkKeys);
  let versions = 0;

  const gallery: Gallery = {
    reads,
    before: () => Promise.resolve(),
    hang(path, bytes, headers = {}) {
      const usual = {
        etag: `"v${++versions}"`,
        "last-modified": "Sun, 22 Nov 2026 10:00:00 GMT",
        "cache-control": "max-age=60",
      };
      hung.set(`shop/${path}`, { bytes, headers: { ...usual, ...headers } });
    },
    ask(path, init) {
      const url = `http://localhost/image-proxy${path}`;
      return imageProxy.within(config).fetch(new Request(url, init));
    },
    open: () => serve(imageProxy.within(config).fetch),
    async link(path, options, lifetimeS = 60) {
      const expires = Math.floor(Date.now() / 1000) + lifetimeS;
      const place = { bucket: "shop", path };
      const token = await links.sign(place, options, expires);
      return `/sign/shop/${encodeURI(path)}?token=${token}`;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return gallery;
}
