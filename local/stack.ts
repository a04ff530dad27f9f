/**
 * A whole Supabase in one process, but for the functions.
 *
 * @module
 */
import { startRegistry } from "../tools/jsr/registry.ts";
import { authApi } from "./auth/routes.ts";
import { readProjectConfig } from "./config.ts";
import { startCron } from "./cron.ts";
import { type Database, openDatabase } from "./database.ts";
import { lockFolder } from "./folder_lock.ts";
import { openEntrance } from "./entrance.ts";
import {
  ownEnvironment,
  platformEnvironment,
  secretsOf,
} from "./function_env.ts";
import { openFunctions } from "./functions.ts";
import { gateway } from "./gateway.ts";
import { ensureDatabase } from "./initdb.ts";
import { type Keys, openKeys } from "./keys.ts";
import { openMailbox } from "./mailbox.ts";
import { migrate } from "./migrations.ts";
import { startNet } from "./net.ts";
import { ensurePeople } from "./people.ts";
import { applyPlatform } from "./platform.ts";
import { openRest } from "./rest.ts";
import { sqlEditor } from "./sql_editor.ts";
import { storageApi, sweepOrphans, sweepUploads } from "./storage/routes.ts";
import { keepSecrets, webhookSecretOf } from "./vault.ts";
import { onChange, onFileChange } from "./watch.ts";

/** Where a stack is and what it serves. */
export interface Options {
  /** 0 takes a free one. */
  readonly port: number;
  /** Everything that must outlive the stack. */
  readonly data: string;
  /** The project's `supabase/` folder. */
  readonly project: URL;
  /** Starts functions anew when their files change. */
  readonly watch: boolean;
  /** Runs jobs of `pg_cron` when they are due. */
  readonly cron: boolean;
  /** Of a function's own output, and of what goes on. */
  log(name: string, line: string): void;
}

/** A running stack. */
export interface Stack extends AsyncDisposable {
  readonly url: string;
  /** The folder of everything that outlives it. */
  readonly data: string;
  readonly keys: Keys;
  readonly database: Database;
}

/** Functions that nobody calls end after this. */
const IDLE_MS = 5 * 60_000;

/** The platform's limit for an answer. */
const ANSWER_MS = 150_000;

/**
 * Starts a stack, and everything it needs in `options.data` if that is empty.
 *
 * @throws {FolderInUse} if another process has the data.
 * @throws {BrokenMigration} naming the file.
 * @throws {Deno.errors.AddrInUse} if something else has the port.
 */
export async function startStack(options: Options): Promise<Stack> {
  const { data, project, log } = options;
  await using opened = new AsyncDisposableStack();

  const settings = new URL("config.toml", project);
  const config = await readProjectConfig(settings);
  opened.use(await lockFolder(data));
  // The port before the work: a taken one is said at once.
  const entrance = opened.use(openEntrance(options.port, log));
  const { url } = entrance;

  const keys = await openKeys(`${data}/keys.json`);
  await ensureDatabase(`${data}/database`);
  const database = opened.use(await openDatabase(`${data}/database`));
  await applyPlatform(database);

  const home = new URL("functions/", project);
  const own = () => ownEnvironment(new URL(".env", home));
  await keepSecrets(database, {
    "project_url": url,
    "webhook_secret": webhookSecretOf(own(), keys),
  });
  await migrate(database, project, (line) => log("migrations", line));
  // A trigger of the project may have its own idea of people.
  await ensurePeople(database).catch((error) => log("people", String(error)));

  const storage = {
    database,
    keys,
    folder: `${data}/objects`,
    uploads: `${data}/uploads`,
    maxBytes: config.maxObjectBytes,
  };
  await Deno.mkdir(storage.folder, { recursive: true });
  await sweepOrphans(storage);
  await sweepUploads(storage);

  const registry = opened.use(await startRegistry());
  const platform = await platformEnvironment({ url, keys, registry });
  const functions = opened.use(openFunctions({
    folder: home,
    functions: config.functions,
    keys,
    // The platform's names win: as there, nobody can take them.
    env: () => ({
      ...secretsOf({ keys, url }),
      ...own(),
      ...platform,
    }),
    idleMs: IDLE_MS,
    answerMs: ANSWER_MS,
    log(name, line) {
      log(name, line);
      const more = registry.explain(line);
      if (more !== undefined) log(name, more);
    },
  }));
  if (options.watch) {
    opened.use(onChange(home, () => functions.restart()));
    const say = () => log("config", "config.toml has changed: start again");
    opened.use(onFileChange(settings, say));
  }

  const mailbox = openMailbox((line) => log("mail", line), keys);
  const { post } = mailbox;
  const report = (error: unknown) => log("auth", String(error));
  entrance.open(gateway({
    auth: authApi({
      database,
      keys,
      url,
      settings: config.auth,
      post,
      report,
    }),
    storage: storageApi(storage),
    functions: functions.fetch,
    rest: await openRest(
      database,
      config.schemas,
      (line) => log("rest", line),
    ),
    mailbox,
    sql: sqlEditor({ database, keys }),
    keys,
  }));

  opened.use(await startNet(database, (line) => log("net", line)));
  if (options.cron) {
    opened.use(await startCron(database, (line) => log("cron", line)));
  }

  const closing = opened.move();
  return {
    url,
    data,
    keys,
    database,
    async [Symbol.asyncDispose]() {
      // Nobody new, before what they would need is gone.
      await entrance[Symbol.asyncDispose]();
      await closing.disposeAsync();
    },
  };
}
