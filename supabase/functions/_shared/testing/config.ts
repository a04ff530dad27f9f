/**
 * Settings for tests.
 *
 * @module
 */
import { type Config, readConfig } from "../config.ts";

/** Settings of a project at `url`, with `env` beside them. */
export function testConfig(
  url: string,
  env: Readonly<Record<string, string>> = {},
): Config {
  const all: Readonly<Record<string, string>> = {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_test"}',
    SUPABASE_SECRET_KEYS: '{"default":"sb_secret_test"}',
    LOG_REQUESTS: "false",
    ...env,
  };
  return readConfig((name) => all[name]);
}
