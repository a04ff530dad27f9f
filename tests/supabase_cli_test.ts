/**
 * What the Supabase CLI makes of the project, as far as it gets without Docker.
 *
 * @module
 */
import { match, strictEqual } from "node:assert/strict";
import { copyProject, supabase } from "./deployed/supabase_cli.ts";

/** What `supabase status` says of `config`, which it reads before all else. */
async function statusWith(
  change: (config: string) => string,
): Promise<string> {
  await using copy = await copyProject();
  const { root } = copy;
  const file = `${root}/supabase/config.toml`;
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));

  return (await supabase(root, ["status"])).text;
}

const COMPLAINT = /fail(?:ed|ure) (?:to read|reading) config/i;

Deno.test("the Supabase CLI takes config.toml", async () => {
  const said = await statusWith((config) => config);

  strictEqual(COMPLAINT.test(said), false, said);
  // It has come as far as it can: to its containers.
  match(said, /docker|container/i);
});

Deno.test("the Supabase CLI would say if it did not", async () => {
  const said = await statusWith((config) =>
    config.replace("verify_jwt = false", 'verify_jwt = "no"')
  );

  match(said, COMPLAINT);
});
