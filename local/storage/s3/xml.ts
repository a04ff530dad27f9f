/**
 * The XML that S3 speaks: elements and text, nothing else. No I/O.
 *
 * @module
 */
/** What is inside an element. A list is the element again and again. */
export type Content =
  | string
  | number
  | boolean
  | Date
  | undefined
  | { readonly [element: string]: Content }
  | readonly Content[];

/** A document. What is undefined is left out. */
export function xml(root: { readonly [element: string]: Content }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${inside(root)}`;
}

/** A document as the answer to a request. */
export function xmlResponse(
  root: { readonly [element: string]: Content },
): Response {
  return new Response(xml(root), {
    headers: { "content-type": "application/xml" },
  });
}

function inside(content: Content): string {
  if (content instanceof Date) return content.toISOString();
  if (typeof content !== "object") return escape(String(content ?? ""));
  return Object.entries(content)
    .map(([name, value]) => element(name, value)).join("");
}

function element(name: string, content: Content): string {
  if (content === undefined) return "";
  const all = isList(content) ? content : [content];
  return all.map((one) => `<${name}>${inside(one)}</${name}>`).join("");
}

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** Also what XML 1.0 has no way to say, such as a NUL. */
function escape(text: string): string {
  return text
    // deno-lint-ignore no-control-regex -- those are what is looked for
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "\ufffd")
    .replace(/[&<>"\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
