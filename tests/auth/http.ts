/**
 * What a request needs, whatever it asks for, and the shape of a refusal.
 *
 * @module
 */
import { deepStrictEqual, equal, match } from "node:assert/strict";
import { world } from "./world.ts";

Deno.test("a body past the bound is refused, whatever it claims", async () => {
  // A stream has no content-length.
  const body = new Blob([new Uint8Array(1024 * 1024 + 1)]).stream();

  const response = await world.send("/signup", { body });

  equal(response.status, 413);
  equal((await response.json()).error_code, "request_entity_too_large");
});

Deno.test("a refusal has the shape of the version asked for", async () => {
  const path = "/token?grant_type=password";

  const older = await world.send(path, { body: "{" });
  const newer = await world.send(path, { body: "{", version: "2024-01-01" });

  const { msg, ...legacy } = await older.json();
  deepStrictEqual(legacy, { code: 400, "error_code": "bad_json" });
  deepStrictEqual(await newer.json(), { code: "bad_json", message: msg });
  match(msg, /^Could not parse request body as JSON: /);
  equal(newer.headers.get("x-supabase-api-version"), "2024-01-01");
  equal(newer.headers.get("x-sb-error-code"), "bad_json");
});

Deno.test("the gateway asks for a key, except for the public ones", async () => {
  const none = await world.send("/settings", { method: "GET", key: null });
  const bad = await world.send("/settings", { method: "GET", key: "wrong" });
  const jwks = await world.send("/.well-known/jwks.json", {
    method: "GET",
    key: null,
  });
  const health = await world.send("/health", { method: "GET", key: null });
  const settings = await world.send("/settings", { method: "GET" });

  equal(none.status, 401);
  equal((await none.json()).message, "No API key found in request");
  equal(bad.status, 401);
  equal((await bad.json()).message, "Invalid API key");
  const { keys: [key] } = await jwks.json();
  equal(key.alg, "ES256");
  equal("d" in key, false);
  equal((await health.json()).name, "GoTrue");
  equal((await settings.json()).external.email, true);
});

Deno.test("paths and methods that are not there are not there", async () => {
  const path = await world.send("/nothing", { body: "{}" });
  const method = await world.send("/user", { method: "DELETE" });

  equal(path.status, 404);
  equal(await path.text(), "404 page not found\n");
  equal(method.status, 405);
  await method.body?.cancel();
});
