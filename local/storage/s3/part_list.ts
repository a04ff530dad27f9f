/**
 * The list of parts that completes an upload. No I/O.
 *
 * @module
 */
import { malformedXml } from "./errors.ts";

/** A part, as the list that completes an upload names it. */
export interface NamedPart {
  readonly number: number;
  /** Without quotes. */
  readonly eTag: string;
}

/**
 * The parts in the body of `CompleteMultipartUpload`. It is flat, so that no
 * tree is needed to read it. Throws `MalformedXML`.
 */
export function readParts(text: string): NamedPart[] {
  if (text.trim() === "") return [];
  if (!/<CompleteMultipartUpload[\s>/]/.test(text)) throw malformedXml();
  return [...text.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => {
    const number = part.match(/<PartNumber>\s*(\d{1,5})\s*<\/PartNumber>/)?.[1];
    const eTag = part.match(/<ETag>([^<]*)<\/ETag>/)?.[1];
    if (number === undefined || eTag === undefined) throw malformedXml();
    return { number: Number(number), eTag: bare(eTag) };
  });
}

/** An entity tag without quotes, however they were written. */
export function bare(eTag: string): string {
  return eTag.trim().replace(/^("|&quot;|&#34;)|("|&quot;|&#34;)$/g, "");
}
