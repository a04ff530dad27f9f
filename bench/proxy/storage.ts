/**
 * A Storage that has photos, and lets everybody see them.
 *
 * @module
 */
import {
  serve,
  type Server,
} from "../../supabase/functions/_shared/testing/server.ts";

/** Serves the files in `folder` as objects of any bucket. */
export async function startStorage(folder: URL): Promise<Server> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || name.endsWith(".deb")) continue;
    files.set(name, await Deno.readFile(new URL(name, folder)));
  }
  return serve(({ url }) => {
    const name = new URL(url).pathname.split("/").at(-1) ?? "";
    const file = files.get(name);
    if (file === undefined) return new Response(null, { status: 404 });
    return new Response(file, { headers: { etag: `"${name}"` } });
  });
}
