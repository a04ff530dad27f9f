/**
 * A server that does what `image-proxy` does and no more: it has an object sent
 * by Storage, makes a picture of it, and sends that.
 *
 * @module
 */

/** What to make. */
export interface Wanted {
  readonly width: number;
  readonly format: "webp" | "jpeg" | "avif";
  readonly quality: number;
  /** For who takes it: no larger than this need a JPEG be decoded. */
  readonly hint: number | undefined;
}

/** For `export default`: `GET /{name}/{file}?width=800&format=webp&quality=80`. */
export function proxy(
  make: (
    file: Uint8Array<ArrayBuffer>,
    wanted: Wanted,
  ) => Promise<Uint8Array<ArrayBuffer>>,
): { fetch: (request: Request) => Promise<Response> } {
  return {
    async fetch({ url }) {
      const { pathname, searchParams } = new URL(url);
      const name = pathname.split("/").at(-1);
      const home = Deno.env.get("SUPABASE_URL");
      const object = `${home}/storage/v1/object/public/shop/${name}`;
      const source = await fetch(object);
      const hint = searchParams.get("hint");
      const format = searchParams.get("format") as Wanted["format"];
      const picture = await make(await source.bytes(), {
        format,
        width: Number(searchParams.get("width")),
        quality: Number(searchParams.get("quality")),
        hint: hint === null ? undefined : Number(hint),
      });
      const headers = { "content-type": `image/${format}` };
      return new Response(picture, { headers });
    },
  };
}
