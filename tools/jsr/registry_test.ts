import { match, strictEqual } from "node:assert/strict";
import { startRegistry } from "./registry.ts";

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

Deno.test("a registry's address names what it has, since Deno keeps answers by it", async () => {
  await using registry = await startRegistry();
  await using other = await startRegistry();
  const { pathname, origin } = new URL(registry.url);
  const wanted = "@std/http/meta.json";

  match(pathname, /^\/[0-9a-f]{64}\/$/);
  strictEqual(new URL(other.url).pathname, pathname);
  strictEqual(await statusOf(`${registry.url}${wanted}`), 200);
  strictEqual(await statusOf(`${origin}/${wanted}`), 404);
});
