/**
 * The services themselves: without them the tests beside this would say
 * nothing.
 *
 * @module
 */
import { deepStrictEqual, match } from "node:assert/strict";
import { missing, PACKAGES } from "../../tools/debian.ts";
import { serviceTest } from "./service.ts";

serviceTest(
  "every Debian package that a service is from is there",
  async () => {
    deepStrictEqual(await missing([...PACKAGES, "no-such-package"]), [
      "no-such-package",
    ]);
  },
);

serviceTest("PostgreSQL is one that the migrations are for", async () => {
  const { stdout } = await new Deno.Command("psql", { args: ["--version"] })
    .output();
  match(new TextDecoder().decode(stdout), /^psql \(PostgreSQL\) 1[5-9]\./);
});
