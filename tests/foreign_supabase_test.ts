/**
 * The contract of Storage against a Supabase of another process, which it
 * knows by three variables alone.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startWorld } from "./world.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

Deno.test("the contract of Storage holds for any Supabase, and leaves it as it was", async () => {
  await using world = await startWorld();
  const { url, keys } = world.stack;
  const before = await contentsOf(world.rows);

  const command = new Deno.Command(Deno.execPath(), {
    cwd: ROOT,
    // It may not write, and so could not start a stack of its own.
    args: [
      "test",
      "--no-check",
      "--frozen",
      `--allow-net=${new URL(url).host}`,
      "--allow-env",
      "--allow-read",
      "tests/storage_contract_test.ts",
    ],
    env: {
      NO_COLOR: "1",
      SUPABASE_URL: url,
      SUPABASE_PUBLISHABLE_KEY: keys.publishable,
      SUPABASE_SECRET_KEY: keys.secret,
    },
  });
  const { code, stdout, stderr } = await command.output();

  const output = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  equal(code, 0, output);
  match(output, /ok \| \d{2,} passed \| 0 failed/);
  deepEqual(await contentsOf(world.rows), before);
  deepEqual(await world.files(), 0);
});

type Rows = Awaited<ReturnType<typeof startWorld>>["rows"];

/** What there is that the contract could have left. */
function contentsOf(rows: Rows): Promise<{ kind: string; name: string }[]> {
  return rows(`
    select 'bucket' as kind, id as name from storage.buckets
    union all select 'object', name from storage.objects
    union all select 'person', email from auth.users
    order by 1, 2`);
}
