/**
 * The extensions that a migration can create.
 *
 * Some are those of Postgres. Others are the platform's own, which are written
 * in C and need workers inside the server: here their tables and functions are
 * plain SQL, and `net.ts` and `cron.ts` are the workers.
 *
 * @module
 */
import type { Extension, PGliteInterface } from "@electric-sql/pglite";
import { btree_gin as btreeGin } from "@electric-sql/pglite/contrib/btree_gin";
import { btree_gist as btreeGist } from "@electric-sql/pglite/contrib/btree_gist";
import { citext } from "@electric-sql/pglite/contrib/citext";
import { pg_trgm as pgTrgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { uuid_ossp as uuidOssp } from "@electric-sql/pglite/contrib/uuid_ossp";
import { vector } from "@electric-sql/pglite/vector";

/** An extension of ours: `extensions/<name>.sql` is what it creates. */
interface Emulated {
  readonly name: string;
  /** Of the real one whose interface it has. */
  readonly version: string;
  /** Where its control file puts it, whatever a migration says. */
  readonly schema?: string;
}

const EMULATED: readonly Emulated[] = [
  { name: "pg_net", version: "0.20.3" },
  { name: "pg_cron", version: "1.6.4" },
  { name: "supabase_vault", version: "0.3.1", schema: "vault" },
];

/** Where PGlite's Postgres looks for extensions, in its own file system. */
const HOME = "/pglite/share/postgresql/extension";

/** Everything that `create extension` knows, for PGlite. */
export async function extensions(): Promise<Record<string, Extension>> {
  const ours = await Promise.all(EMULATED.map(async (it) => {
    const file = new URL(`./extensions/${it.name}.sql`, import.meta.url);
    return [it.name, packaged(it, await Deno.readTextFile(file))] as const;
  }));
  return {
    btreeGin,
    btreeGist,
    citext,
    pgTrgm,
    pgcrypto,
    unaccent,
    uuidOssp,
    vector,
    ...Object.fromEntries(ours),
  };
}

function packaged(of: Emulated, script: string): Extension {
  const { name, version } = of;
  const init = ({ Module: { FS } }: PGliteInterface & Files) => {
    FS.writeFile(`${HOME}/${name}.control`, controlFile(of));
    FS.writeFile(`${HOME}/${name}--${version}.sql`, script);
    return Promise.resolve();
  };
  return {
    name,
    setup: (pglite) =>
      Promise.resolve({ init: () => init(pglite as PGliteInterface & Files) }),
  };
}

/** PGlite has it, and leaves it out of the type that extensions get. */
interface Files {
  readonly Module: {
    readonly FS: { writeFile(path: string, text: string): void };
  };
}

/** Source: "Extension Files" of Postgres's documentation, chapter 36. */
function controlFile({ name, version, schema }: Emulated): string {
  const lines = [
    `comment = 'Local emulation of ${name}'`,
    `default_version = '${version}'`,
    "relocatable = false",
    ...schema === undefined ? [] : [`schema = '${schema}'`],
  ];
  return lines.join("\n") + "\n";
}
