/**
 * What the stack takes from `supabase/config.toml`: a few settings of the many
 * that the Supabase CLI knows.
 *
 * @module
 */
import { parse } from "smol-toml";
import * as v from "valibot";
import { AUTH, type AuthSettings } from "./auth/settings.ts";

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
  readonly auth: AuthSettings;
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
  auth: v.optional(AUTH, {}),
  functions: v.optional(
    v.record(
      v.string(),
      v.object({ "verify_jwt": v.optional(v.boolean(), true) }),
    ),
    {},
  ),
});

/** Settings that cannot be used. */
export class BrokenConfig extends Error {
  override readonly name = "BrokenConfig";
}

/**
 * Reads `file`.
 *
 * @throws {BrokenConfig} Saying where it is wrong.
 */
export async function readProjectConfig(file: URL): Promise<ProjectConfig> {
  const text = await Deno.readTextFile(file);
  const { api, storage, auth, functions } = check(text);
  return {
    schemas: api.schemas,
    maxObjectBytes: storage.file_size_limit,
    auth,
    functions: Object.fromEntries(
      Object.entries(functions).map(([name, { verify_jwt: verifyJwt }]) => [
        name,
        { verifyJwt },
      ]),
    ),
  };
}

function check(text: string): v.InferOutput<typeof schema> {
  try {
    return v.parse(schema, parse(text));
  } catch (error) {
    if (error instanceof v.ValiError) {
      const [issue] = error.issues;
      throw new BrokenConfig(`${v.getDotPath(issue)}: ${issue.message}`);
    }
    const [reason = ""] = String(error).split("\n");
    throw new BrokenConfig(reason);
  }
}
