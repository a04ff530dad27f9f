/**
 * Gives a signed-in user links to objects, many at once, and the same ones for
 * a while, so that browsers and CDNs can cache what is behind them.
 *
 *     POST /signed-download  { items: Item[] }  →  200 { items: Answer[] }
 *
 * @module
 */
import { user } from "../_shared/auth.ts";
import { asCaller, asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { type ImageLinks, imageLinks } from "../_shared/image_link.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { signImages } from "./images.ts";
import { input } from "./items.ts";
import { type Links, type Signed, supabaseLinks } from "./links.ts";
import { type Addresses, answersOf, ordersOf, wishesOf } from "./plan.ts";
import { LIMIT } from "./policy.ts";
import { type Signer, supabaseSigner } from "./signer.ts";

const STORAGE = "/storage/v1";
const IMAGES = "/functions/v1/image-proxy";

/** The outside world of this function. */
export interface Ports {
  readonly links: Links;
  readonly signer: Signer;
  readonly images: ImageLinks;
  readonly addresses: Addresses;
}

export default endpoint<Ports>({
  name: "signed-download",
  settings: ["PORTICO_LINK_KEYS", "SUPABASE_SECRET_KEYS"],
  dependencies: ["database", "storage"],
  ports(scope: Scope) {
    const { supabaseUrl, publicUrl, linkKeys } = scope.config;
    const caller = asCaller(scope);
    // As the service: who may write links could hand others a URL of theirs.
    const service = asService(scope);
    return {
      links: supabaseLinks(caller, service),
      signer: supabaseSigner(caller, supabaseUrl + STORAGE),
      images: imageLinks(linkKeys),
      addresses: { storage: publicUrl + STORAGE, images: publicUrl + IMAGES },
    };
  },
  routes: {
    "POST /": route({
      auth: user,
      input,
      limits: { bodyBytes: 256 * KiB, timeoutMs: seconds(5) },

      async handle({ caller, input: { items } }, ports) {
        const { links, signer, images, addresses } = ports;
        const { sights, left } = await links.open(wishesOf(items));
        const known = sights.filter((it): it is Signed => "link" in it);
        const unknown = sights.filter((it) => !("link" in it));
        const signed = await signer.sign(ordersOf(unknown));
        const kept = await links.keep(caller.id, signed);
        const own = await signImages(unknown, images);
        const given = new Map(
          [...known, ...kept, ...own].map(({ key, link }) => [key, link]),
        );
        return answerJson({ items: answersOf(items, given, addresses) }, {
          headers: {
            ...rateLimitHeaders(LIMIT, left),
            "cache-control": "private, no-store",
          },
        });
      },
    }),
  },
});
