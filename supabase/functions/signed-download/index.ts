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
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { input } from "./items.ts";
import { type Links, type Signed, supabaseLinks } from "./links.ts";
import { answersOf, ordersOf, wishesOf } from "./plan.ts";
import { LIMIT } from "./policy.ts";
import { type Signer, supabaseSigner } from "./signer.ts";

const STORAGE = "/storage/v1";

/** The outside world of this function. */
export interface Ports {
  readonly links: Links;
  readonly signer: Signer;
  /** Storage's address as callers know it. */
  readonly storageUrl: string;
}

export default endpoint<Ports>({
  name: "signed-download",
  ports(scope: Scope) {
    const { supabaseUrl, publicUrl } = scope.config;
    const caller = asCaller(scope);
    // As the service: who may write links could hand others a URL of theirs.
    const service = asService(scope);
    return {
      links: supabaseLinks(caller, service),
      signer: supabaseSigner(caller, supabaseUrl + STORAGE),
      storageUrl: publicUrl + STORAGE,
    };
  },
  routes: {
    "POST /": route({
      auth: user,
      input,
      limits: { bodyBytes: 256 * KiB, timeoutMs: seconds(5) },

      async handle({ caller, input: { items } }, ports) {
        const { links, signer, storageUrl } = ports;
        const { sights, left } = await links.open(wishesOf(items));
        const known = sights.filter((it): it is Signed => "link" in it);
        const unknown = sights.filter((it) => !("link" in it));
        const signed = await signer.sign(ordersOf(unknown));
        const kept = await links.keep(caller.id, signed);
        const given = new Map(
          [...known, ...kept].map(({ key, link }) => [key, link]),
        );
        return Response.json({ items: answersOf(items, given, storageUrl) }, {
          headers: {
            ...rateLimitHeaders(LIMIT, left),
            "cache-control": "private, no-store",
          },
        });
      },
    }),
  },
});
