import { deepEqual, equal, match } from "node:assert/strict";
import { openKeys } from "./keys.ts";

Deno.test("openKeys() adds what a folder of an earlier version lacks, once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "portico-" });
  const file = `${folder}/keys.json`;
  const first = await openKeys(file);
  const { s3: _absent, linkKey: _too, ...earlier } = JSON.parse(
    await Deno.readTextFile(file),
  );
  await Deno.writeTextFile(file, JSON.stringify(earlier));

  const upgraded = await openKeys(file);
  const again = await openKeys(file);
  await Deno.remove(folder, { recursive: true });

  equal(upgraded.secret, first.secret);
  deepEqual(upgraded.jwks, first.jwks);
  match(upgraded.s3.accessKeyId, /^[0-9a-f]{32}$/);
  match(upgraded.s3.secretAccessKey, /^[0-9a-f]{64}$/);
  deepEqual(again.s3, upgraded.s3);
  match(upgraded.linkKey, /^local:[0-9a-f]{64}$/);
  equal(again.linkKey, upgraded.linkKey);
});
