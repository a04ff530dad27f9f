/**
 * Which files are migrations, and what is said about them.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { BrokenMigration, migrate } from "../local/migrations.ts";
import { openPlatform } from "./platform.ts";

/** A project whose files can be changed between two starts. */
interface Project extends AsyncDisposable {
  /** Makes the file, or with no text removes it. */
  write(name: string, text?: string): Promise<void>;
  /** The lines of a start. */
  start(): Promise<string[]>;
}

async function openProject(): Promise<Project> {
  const platform = await openPlatform();
  const folder = await Deno.makeTempDir({ prefix: "portico-" });
  await Deno.mkdir(`${folder}/migrations`);
  const project = pathToFileURL(`${folder}/`);
  return {
    write: (name, text) =>
      text === undefined
        ? Deno.remove(`${folder}/${name}`)
        : Deno.writeTextFile(`${folder}/${name}`, text),
    async start() {
      const lines: string[] = [];
      await migrate(platform.database, project, (line) => lines.push(line))
        .catch((error) => {
          if (!(error instanceof BrokenMigration)) throw error;
          lines.push(error.message);
        });
      return lines;
    },
    async [Symbol.asyncDispose]() {
      await platform[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("a file is said when it is applied, before the next one fails", async () => {
  await using project = await openProject();
  await project.write("migrations/1_a.sql", "select 1");
  await project.write("migrations/2_b.sql", "select 1 / 0");

  deepStrictEqual(await project.start(), [
    "1_a.sql",
    "2_b.sql:1: division by zero",
  ]);
});

Deno.test("a broken seed is named", async () => {
  await using project = await openProject();
  await project.write("seed.sql", "select 1;\nselect 1 / 0");

  deepStrictEqual(await project.start(), ["seed.sql:2: division by zero"]);
});

Deno.test("a script that is no migration by its name is skipped and said", async () => {
  await using project = await openProject();
  await project.write("migrations/orders.sql", "select 1");
  await project.write("migrations/README.md", "Ours.");

  deepStrictEqual(await project.start(), [
    "orders.sql: skipped, since its name is not <digits>_<name>.sql",
  ]);
});

Deno.test("a migration that has changed, gone or come too late is said", async () => {
  await using project = await openProject();
  await project.write("migrations/2_gone.sql", "select 1");
  await project.write("migrations/3_changed.sql", "select 1");
  await project.write("migrations/4_same.sql", "select 1");
  await project.start();

  await project.write("migrations/1_late.sql", "select 1");
  await project.write("migrations/2_gone.sql");
  await project.write("migrations/3_changed.sql", "select 2");

  deepStrictEqual(await project.start(), [
    "2_gone.sql: was applied, and is not there",
    "3_changed.sql: has changed since it was applied, and stays as it was",
    "1_late.sql: is older than 4_same.sql, which was applied before: " +
    "db push refuses it without --include-all",
    "1_late.sql",
  ]);
});
