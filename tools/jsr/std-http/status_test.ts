import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { STATUS_CODES } from "node:http";
import { STATUS_CODE } from "./status.ts";

// Node has the reason phrases of the IANA registry (RFC 9110 §15).
for (const [name, code] of Object.entries(STATUS_CODE)) {
  Deno.test(`STATUS_CODE.${name} is what the registry calls ${code}`, () => {
    strictEqual(STATUS_CODES[code]?.replaceAll(" ", ""), name);
  });
}

Deno.test("ErrorStatus has the client and server errors of the registry", async () => {
  const source = await Deno.readTextFile(new URL("status.ts", import.meta.url));
  const listed = Array.from(source.matchAll(/\| (\d{3})/g), ([, code]) => code);
  // 509 was never registered; Node has it all the same.
  const registered = Object.keys(STATUS_CODES).filter((code) =>
    code >= "400" && code !== "509"
  );

  deepStrictEqual(listed, registered);
});
