/**
 * The functions under the Deno that the hosted runtime is compatible with, each
 * from its own `deno.json`, as a deploy has it.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { platformEnvironment } from "../local/function_env.ts";
import { functionNames } from "../tools/imports.ts";
import { startRegistry } from "../tools/jsr/registry.ts";
import { startWorld, tokenOf } from "./world.ts";

/** Source: the version that Supabase's edge runtime is built from. */
const HOSTED = "2.1.4";

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);
const CALL = new URL("./programs/call.ts", import.meta.url).href;

const world = await startWorld();
const registry = await startRegistry();
Deno.test.afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Answer {
  readonly deno: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends `request` to the function `name`, in a hosted-like process. */
async function call(name: string, request: object): Promise<Answer> {
  const { url, keys } = world.stack;
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: [
      ...["-y", `deno@${HOSTED}`, "run", "--no-check", "--no-lock", "--quiet"],
      ...["--allow-net", "--allow-env", "--allow-read", "--allow-sys"],
      `--config=${fileURLToPath(new URL(`${name}/deno.json`, FUNCTIONS))}`,
      CALL,
      new URL(`${name}/index.ts`, FUNCTIONS).href,
      JSON.stringify(request),
    ],
    env: {
      ...await platformEnvironment({ url, keys, registry }),
      LOG_REQUESTS: "false",
      DENO_TLS_CA_STORE: "system", // this version knows no other way
    },
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

for (const name of await functionNames(FUNCTIONS)) {
  Deno.test(`${name} starts under Deno ${HOSTED}`, async () => {
    const url = `http://localhost/${name}/health`;
    const { deno, status } = await call(name, { url });

    strictEqual(deno, HOSTED);
    strictEqual(status, 200);
  });
}

Deno.test(`signed-upload gives a ticket under Deno ${HOSTED}`, async () => {
  const alice = await world.newPerson();
  const token = await tokenOf(alice);

  const { status, body } = await call("signed-upload", {
    url: "http://localhost/signed-upload",
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      bucket: "photos",
      name: "me.png",
      type: "image/png",
      bytes: 1000,
    }),
  });

  strictEqual(status, 201);
  strictEqual(body["path"], `${alice.id}/me.png`);
});
