/**
 * ICO and CUR: what their largest picture says of itself. No I/O.
 *
 * @module
 */
import type { Header, Unreadable } from "../header/header.ts";
import { orUnreadable, Refused } from "../header/refused.ts";
import { largestOf } from "./choice.ts";
import { picturesOf } from "./directory.ts";

/** Which of them is taken, is not known yet: whichever takes the most counts. */
export function icoHeader(file: Uint8Array): Header | Unreadable {
  return orUnreadable(() => {
    const pictures = picturesOf(file);
    const largest = largestOf(pictures);
    if (largest === undefined) throw new Refused("corrupt");
    return {
      format: "ico",
      size: largest.size,
      passes: Math.max(...pictures.map(({ passes }) => passes)),
      keptBytes: Math.max(...pictures.map(({ keptBytes }) => keptBytes)),
      decodeNs: Math.max(...pictures.map(({ ns }) => ns)),
      hasAlpha: true,
    };
  });
}
