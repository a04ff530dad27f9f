/**
 * The costliest requests that `signed-download` accepts.
 *
 * @module
 */
import {
  MAX_CALLS,
  MAX_ITEMS,
} from "../../supabase/functions/signed-download/policy.ts";
import type { Contract, Costly } from "./contract.ts";
import { ask, BODY_BYTES, fill, itemsOf, newcomer } from "./downloads.ts";

/** Each at one of the limits. */
export const COSTLY: Contract["costly"] = [
  costly("one new link", 1, (paths, n) => itemsOf("photos", paths, n)),
  costly("one known link", 1, (paths) => itemsOf("photos", paths)),
  costly("as many new links as one may ask for", MAX_ITEMS, (paths, n) => {
    return itemsOf("photos", paths, n);
  }),
  costly("as many known links", MAX_ITEMS, (paths) => itemsOf("photos", paths)),
  costly(
    "as many new transforms as one may ask for",
    MAX_CALLS,
    (paths, n) =>
      itemsOf("photos", paths, n).map((it) => {
        return { ...it, transform: { width: 100 } };
      }),
  ),
  costly(
    "as many names of many bytes",
    MAX_ITEMS,
    (paths) =>
      itemsOf("photos", paths).map((it) => {
        return { ...it, download: "é".repeat(127) };
      }),
  ),
  refused("the longest body", () => JSON.stringify({}).padEnd(BODY_BYTES)),
  refused("most items", () => `{"items":[0${",0".repeat(9_990)}]}`),
  refused("as many items with nothing right in them", () =>
    JSON.stringify({
      items: Array.from({ length: MAX_ITEMS }, () => {
        const transform = { width: 0, height: 0, quality: 0, format: 0 };
        return { bucket: 0, path: "", expiresIn: 0, download: "", transform };
      }),
    })),
];

/** Items for so many paths; `n` is another number, from 1, each time. */
function costly(
  name: string,
  objects: number,
  itemsFor: (paths: readonly string[], n: number) => unknown[],
): Costly {
  return {
    name,
    status: 200,
    async prepare(place) {
      const { person, token } = await newcomer(place);
      const paths = await fill(place.world, person.id, objects);
      let n = 0;
      return () => ask(place, token, { items: itemsFor(paths, ++n) });
    },
  };
}

function refused(name: string, body: () => string): Costly {
  return {
    name,
    status: 422,
    async prepare(place) {
      const { token } = await newcomer(place);
      const sent = body();
      return () => ask(place, token, sent);
    },
  };
}
