/**
 * What the stack takes from `supabase/config.toml`. The Supabase CLI owns that
 * file's format and ignores nothing; this reads the few settings it shares.
 *
 * @module
 */
import { parse } from "smol-toml";
import * as v from "valibot";

/** What `[functions.<name>]` says. */
export interface FunctionConfig {
  readonly verifyJwt: boolean;
}

/** The settings of a project. */
export interface ProjectConfig {
  /** Exposed over `/rest/v1`; the first is the default. */
  readonly schemas: readonly string[];
  /** The largest object that Storage takes. */
  readonly maxObjectBytes: number;
  readonly functions: Readonly<Record<string, FunctionConfig>>;
}

const UNITS = { B: 1, KIB: 1024, MIB: 1024 ** 2, GIB: 1024 ** 3 };

const size = v.pipe(
  v.string(),
  v.regex(/^\d+\s*(B|KiB|MiB|GiB)$/i),
  v.transform((text) => {
    const unit = text.replace(/[\d\s]/g, "").toUpperCase();
    return Number.parseInt(text) * UNITS[unit as keyof typeof UNITS];
  }),
);

const schema = v.object({
  api: v.object({ schemas: v.array(v.string()) }),
  storage: v.object({ "file_size_limit": size }),
  functions: v.optional(
    v.record(
      v.string(),
      v.object({ "verify_jwt": v.optional(v.boolean(), true) }),
    ),
    {},
  ),
});

/** Reads `file`. */
export async function readProjectConfig(file: URL): Promise<ProjectConfig> {
  const { api, storage, functions } = v.parse(
    schema,
    parse(await Deno.readTextFile(file)),
  );
  return {
    schemas: api.schemas,
    maxObjectBytes: storage.file_size_limit,
    functions: Object.fromEntries(
      Object.entries(functions).map((
        [name, { verify_jwt: verifyJwt }],
      ) => [name, { verifyJwt }]),
    ),
  };
}
