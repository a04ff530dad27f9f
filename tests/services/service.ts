/**
 * Tests of what only a Debian machine has: a real PostgreSQL, say.
 *
 * `deno task test` names them as ignored; `deno task test:services` installs
 * the packages, which are listed in `tools/debian.ts`, and runs them.
 *
 * @module
 */

const IGNORED = Deno.env.get("PORTICO_SERVICES") !== "1";

/**
 * A test that needs a service. Start it in `fn` and not at import, since the
 * file is imported where there is none.
 */
export function serviceTest(
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  Deno.test({ name, ignore: IGNORED, fn });
}
