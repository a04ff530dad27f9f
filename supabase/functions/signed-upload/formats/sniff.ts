/**
 * What a file is, by its front.
 *
 * @module
 */
import { KiB } from "../../_shared/units.ts";
import { MARKUP_TYPES, markupIn } from "./markup.ts";
import { isRecognisable } from "./types.ts";

/** In bytes. An archive tells what it is for in its first entries. */
export const HEAD = 64 * KiB;

/** CompuServe's GIF89a, §17. The package takes three letters for one. */
const GIF = /^GIF8[79]a/;

/**
 * The media type that the first bytes of a file show, without parameters.
 * `undefined` for what has no signature, such as text.
 */
export async function sniff(head: Uint8Array): Promise<string | undefined> {
  const front = head.subarray(0, HEAD);
  const type = markupIn(front) ?? await signatureOf(front);
  if (type === "image/gif") {
    return GIF.test(String.fromCharCode(...front.subarray(0, 6)))
      ? type
      : undefined;
  }
  return type;
}

async function signatureOf(front: Uint8Array): Promise<string | undefined> {
  // Lazily: most of the cold start of a function that may not need it.
  const { fileTypeFromBuffer } = await import("file-type");
  try {
    const found = await fileTypeFromBuffer(front);
    return found?.mime.toLowerCase().split(";")[0];
  } catch {
    // A front that its parsers fail on shows nothing.
    return undefined;
  }
}

/** Whether {@linkcode sniff} knows files of a type when it sees them. */
export async function wouldSniff(type: string): Promise<boolean> {
  const { supportedMimeTypes } = await import("file-type");
  const known = [...supportedMimeTypes].map((it) => it.toLowerCase());
  return isRecognisable(type, new Set([...known, ...MARKUP_TYPES]));
}
