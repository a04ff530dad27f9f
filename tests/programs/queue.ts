/**
 * Queues a request and writes a row, without a worker, and then ends: with
 * everything closed, or by a signal.
 *
 *     queue.ts <folder> stop|crash
 *
 * @module
 */
import { openDatabase } from "../../local/database.ts";
import { applyPlatform } from "../../local/platform.ts";

const [folder = "", end] = Deno.args;
const database = await openDatabase(folder);
await applyPlatform(database);
await database.asOwner((sql) =>
  sql.run(`
    create extension if not exists pg_net with schema extensions;
    create table if not exists public.logged (id serial);
    insert into public.logged default values;
    select net.http_get('http://127.0.0.1:9/');
  `)
);
if (end === "crash") Deno.kill(Deno.pid, "SIGKILL");
await database[Symbol.asyncDispose]();
Deno.exit(0);
