/**
 * `supabase functions deploy --use-api`, up to the platform's door: what the
 * Supabase CLI sends of each function, and the order that it knows the
 * migrations in.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { functionNames, reach } from "../tools/imports.ts";
import { startManagementApi, type Upload } from "./deployed/management_api.ts";
import { copyProject, supabase } from "./deployed/supabase_cli.ts";

const ROOT = new URL("../", import.meta.url);
const FUNCTIONS = new URL("supabase/functions/", ROOT);
const names = await functionNames(FUNCTIONS);

/** What lies about in a project, and is nobody's business. */
const SECRETS = [".env", ".env.local", ...names.map((it) => `${it}/.env`)];

let sent: Promise<ReadonlyMap<string, Upload>> | undefined;

/** Everything that the CLI sends for the whole project, and says. */
function deploy(): Promise<ReadonlyMap<string, Upload>> {
  return sent ??= deployAll();
}

async function deployAll(): Promise<ReadonlyMap<string, Upload>> {
  await using copy = await copyProject();
  const { root } = copy;
  await using api = await startManagementApi(root);
  const home = `${root}/supabase`;
  for (const file of SECRETS) {
    await Deno.writeTextFile(`${home}/functions/${file}`, "SECRET=1\n");
  }
  for (const name of names) {
    await Deno.writeTextFile(`${home}/functions/${name}/deno.lock`, "{}");
  }

  const command = ["functions", "deploy", "--use-api", "--yes", ...api.args];
  const said = await supabase(root, command, api.env);

  ok(said.success, said.text);
  // A warning is of a fallback that the next version may not have.
  strictEqual(/warn/i.test(withoutNpm(said.text)), false, said.text);
  return api.uploads;
}

/** npm's own complaints are about its machine. */
function withoutNpm(text: string): string {
  return text.replaceAll(/^npm .*$/gm, "");
}

Deno.test("a deploy sends every function, and nothing that is none", async () => {
  deepStrictEqual([...(await deploy()).keys()].sort(), names);
});

for (const name of names) {
  const home = `supabase/functions/${name}`;

  Deno.test(`a deploy sends what ${name} reaches, and its deno.json`, async () => {
    const reached = await reach(new URL(`${name}/index.ts`, FUNCTIONS));
    const files = [...reached.keys()].map((it) => it.slice(ROOT.href.length));
    const upload = (await deploy()).get(name);

    const needed = [...files, `${home}/deno.json`].sort();
    deepStrictEqual([...upload?.files.keys() ?? []].sort(), needed);
    for (const [path, text] of upload?.files ?? []) {
      strictEqual(text, await Deno.readTextFile(new URL(path, ROOT)), path);
    }
  });

  Deno.test(`a deploy sends no test, secret, page or lock of ${name}`, async () => {
    for (const path of (await deploy()).get(name)?.files.keys() ?? []) {
      match(path, /^supabase\/functions\/[\w/-]+\.(?:ts|json)$/);
      strictEqual(/_test\.ts$|\/testing\//.test(path), false, path);
    }
  });

  Deno.test(`a deploy says where ${name} begins and that it verifies callers itself`, async () => {
    deepStrictEqual((await deploy()).get(name)?.metadata, {
      name,
      entrypoint_path: `${home}/index.ts`,
      import_map_path: `${home}/deno.json`,
      static_patterns: [],
      verify_jwt: false,
    });
  });
}

interface Migration {
  readonly file: string;
  readonly version: string;
  /** What it names after `-- Needs`, by the last digits: "0100". */
  readonly needs: readonly string[];
}

/** The migrations, as `db push` sorts them: by name. */
async function migrations(): Promise<Migration[]> {
  const folder = new URL("supabase/migrations/", ROOT);
  const files = await Array.fromAsync(Deno.readDir(folder), (it) => it.name);
  return await Promise.all(
    files.sort().map(async (file) => {
      const text = await Deno.readTextFile(new URL(file, folder));
      const header = text.match(/^-- Needs (.*(?:\n-- {2}.*)*)/m)?.[1] ?? "";
      const needs = [...header.matchAll(/…(\d+)/g)];
      const version = file.split("_")[0] ?? "";
      return { file, version, needs: needs.map(([, last = ""]) => last) };
    }),
  );
}

Deno.test("migrations are named as the Supabase CLI pushes them, each later than the last", async () => {
  let last = "";
  for (const { file, version } of await migrations()) {
    // Others are skipped with a warning. Source: the CLI's own pattern.
    match(file, /^[0-9]{14}_[a-z_]+\.sql$/);
    ok(version > last, `${file} has the version of another`);
    last = version;
  }
});

Deno.test("migrations need none that comes later", async () => {
  const earlier: string[] = [];
  for (const { file, version, needs } of await migrations()) {
    for (const need of needs) {
      const found = earlier.filter((it) => it.endsWith(need));
      strictEqual(found.length, 1, `${file} needs …${need}`);
    }
    earlier.push(version);
  }
  ok(earlier.length > 1);
});
