/**
 * `supabase db push`, as far as its own reading of the migrations goes: what
 * it would apply to an empty database, and in which order.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { copyProject, supabase } from "../deployed/supabase_cli.ts";
import { startPostgres } from "./postgres.ts";
import { serviceTest } from "./service.ts";

serviceTest(
  "db push would apply every migration, in the order of their names",
  async () => {
    await using copy = await copyProject();
    await using postgres = await startPostgres();

    const remote = `--remote=${postgres.url}`;
    const command = ["db", "push", "--dry-run", "--yes", remote];
    const { success, text } = await supabase(copy.root, command);

    ok(success, text);
    const migrations = Deno.readDir(`${copy.root}/supabase/migrations`);
    const files = await Array.fromAsync(migrations, ({ name }) => name);
    const pushed = Array.from(text.matchAll(/^ • (\S+)$/gm), ([, it]) => it);
    deepStrictEqual(pushed, files.sort(), text);
  },
);
