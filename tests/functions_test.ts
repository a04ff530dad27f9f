/**
 * `/functions/v1` as the platform has it: a project of its own, with functions
 * that show what a function sees.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { openFunctions } from "../local/functions.ts";
import { ends } from "./processes.ts";
import { until } from "./until.ts";
import { startWorld, tokenOf } from "./world.ts";

const CONFIG = `
[api]
schemas = ["public"]
[storage]
file_size_limit = "1MiB"
[functions.open]
verify_jwt = false
[functions.served]
verify_jwt = false
[functions.slow]
verify_jwt = false
[functions.broken]
verify_jwt = false
[functions.foreign]
verify_jwt = false
[functions.fresh]
verify_jwt = false
[functions.dying]
verify_jwt = false
`;

const SOURCES = {
  open: `
    export default {
      async fetch(request: Request) {
        const { pathname, search } = new URL(request.url);
        const env = Deno.env.toObject();
        const body = await request.text();
        const at = { method: request.method, path: pathname + search };
        return Response.json({ ...at, body, env, version: 1 }, { status: 207 });
      },
    };`,
  served: `Deno.serve({ port: 9999 }, () => new Response("served"));`,
  guarded: `export default { fetch: () => new Response("in") };`,
  broken: `import "./nothing.ts";`,
  slow: `
    export default {
      fetch() {
        const { pid } = Deno;
        let left = 3;
        return new Response(new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, 50));
            controller.enqueue(new TextEncoder().encode(pid + " "));
            if (--left === 0) controller.close();
          },
        }));
      },
    };`,
  foreign: `import "jsr:@std/assert@1";`,
  fresh: `
    import "jsr:@supabase/functions-js/edge-runtime.d.ts";
    import { STATUS_CODE } from "jsr:@std/http@1/status";
    Deno.serve(() => new Response("fresh", { status: STATUS_CODE.Created }));`,
  dying: `export default { fetch() { Deno.exit(3); } };`,
};

// A space, as in many a home.
const folder = await Deno.makeTempDir({ prefix: "portico project " });
const project = pathToFileURL(`${folder}/`);
await Deno.writeTextFile(new URL("config.toml", project), CONFIG);
await Deno.writeTextFile(new URL("seed.sql", project), "");
await Deno.mkdir(new URL("migrations", project));
for (const [name, source] of Object.entries(SOURCES)) {
  const home = new URL(`functions/${name}/`, project);
  await Deno.mkdir(home, { recursive: true });
  await Deno.writeTextFile(new URL("index.ts", home), source);
  if (name === "fresh") continue; // which has none
  await Deno.writeTextFile(new URL("deno.json", home), "{}");
}
await Deno.writeTextFile(
  new URL("functions/.env", project),
  'OWN_SETTING="from the file"\nS3_REGION="elsewhere"\n',
);

const world = await startWorld({ project });
Deno.test.afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${world.stack.url}/functions/v1/${path}`, init);
}

Deno.test("a function sees its name, its path, its query and its body", async () => {
  const response = await call("open/a/b?c=1", { method: "POST", body: "x" });

  strictEqual(response.status, 207);
  const { method, path, body } = await response.json();
  deepStrictEqual({ method, path, body }, {
    method: "POST",
    path: "/open/a/b?c=1",
    body: "x",
  });
});

Deno.test("a function has the platform's environment and the project's", async () => {
  const { env } = await (await call("open")).json();
  const { url, keys } = world.stack;

  strictEqual(env.SUPABASE_URL, url);
  const only = (key: string) => JSON.stringify({ default: key });
  strictEqual(env.SUPABASE_PUBLISHABLE_KEYS, only(keys.publishable));
  strictEqual(env.SUPABASE_SECRET_KEYS, only(keys.secret));
  deepStrictEqual(JSON.parse(env.SUPABASE_JWKS), keys.jwks);
  strictEqual(env.OWN_SETTING, "from the file");
  strictEqual(env.SB_REGION, "local");
  strictEqual(env.S3_ACCESS_KEY_ID, keys.s3.accessKeyId);
  strictEqual(env.S3_SECRET_ACCESS_KEY, keys.s3.secretAccessKey);
  strictEqual(env.S3_REGION, "elsewhere");
  match(env.SB_EXECUTION_ID, /^[0-9a-f-]{36}$/);
  // The private half stays in the stack.
  strictEqual(JSON.stringify(env).includes('"d":'), false);
});

Deno.test("Deno.serve works as well, whatever port it asks for", async () => {
  strictEqual(await (await call("served")).text(), "served");
});

Deno.test("verify_jwt is on unless it is switched off", async () => {
  const { keys } = world.stack;
  const token = await tokenOf(await world.newPerson());
  const status = async (headers: HeadersInit, method = "GET") => {
    const response = await call("guarded", { headers, method });
    await response.body?.cancel();
    return response.status;
  };

  strictEqual(await status({}), 401);
  strictEqual(await status({ authorization: "Bearer x.y.z" }), 401);
  strictEqual(await status({ authorization: `Bearer ${token}` }), 200);
  strictEqual(await status({ apikey: keys.publishable }), 200);
  strictEqual(await status({ apikey: "sb_publishable_guess" }), 401);
  strictEqual(await status({}, "OPTIONS"), 200);
});

Deno.test("what is not a function is not found", async () => {
  for (
    const path of [
      "nothing",
      "",
      "..",
      "%2e%2e%2fopen",
      "http:[",
      "_shared",
      "open..",
    ]
  ) {
    const response = await call(path);
    strictEqual(response.status, 404);
    await response.body?.cancel();
  }
});

Deno.test("other methods do not reach a function", async () => {
  const response = await call("open", { method: "PROPFIND" });

  strictEqual(response.status, 405);
  ok(response.headers.get("allow"));
  await response.body?.cancel();
});

Deno.test("a function that cannot start says so in the log, and is tried again", async () => {
  for (let time = 0; time < 2; time++) {
    const response = await call("broken");
    strictEqual(response.status, 503);
    strictEqual(response.headers.get("sb-error-code"), "BOOT_ERROR");
    await response.body?.cancel();
  }
  const said = world.lines.filter((line) => line.startsWith("[broken]"));
  ok(said.some((line) => line.includes("nothing.ts")));
});

Deno.test("a function as `supabase functions new` makes it runs without deno.json", async () => {
  const response = await call("fresh");

  strictEqual(response.status, 201);
  strictEqual(await response.text(), "fresh");
});

Deno.test("a function that asks for another package of JSR is told which there are", async () => {
  const response = await call("foreign");

  strictEqual(response.status, 503);
  await response.body?.cancel();
  const said = world.lines.filter((line) =>
    line.startsWith("[foreign] What it asks of @std/assert is not in tools/jsr")
  );
  strictEqual(said.length, 1);
  match(said[0] ?? "", /jsr:@std\/http@1\.1\.3\/status/);
});

Deno.test("a change of config.toml is said, since it needs a new start", async () => {
  const said = () =>
    world.lines.filter((line) => line.startsWith("[config] ")).length;
  const file = new URL("config.toml", project);
  strictEqual(said(), 0);

  // As many an editor does: a new file in place of the old one.
  await Deno.writeTextFile(new URL("config.toml~", project), CONFIG);
  await Deno.rename(new URL("config.toml~", project), file);

  await until(() => Promise.resolve(said() > 0));
  deepStrictEqual(world.lines.filter((line) => line.startsWith("[config] ")), [
    "[config] config.toml has changed: start again",
  ]);
});

Deno.test("a function that dies takes nothing with it", async () => {
  const response = await call("dying");

  strictEqual(response.status, 500);
  strictEqual(response.headers.get("sb-error-code"), "WORKER_ERROR");
  await response.body?.cancel();
  strictEqual((await call("open")).status, 207);
});

Deno.test("a function is not ended in the middle of an answer", async () => {
  const { body } = await call("slow");
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";

  // The gateway starts every function anew.
  const file = new URL("functions/.env", project);
  await Deno.writeTextFile(file, 'OWN_SETTING="changed"\n');
  let setting = "";
  while (setting !== "changed") {
    setting = (await (await call("open")).json()).env.OWN_SETTING;
  }
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    text += next.value;
  }

  const pids = text.trim().split(" ");
  strictEqual(pids.length, 3);
  ok(await ends(Number(pids[0]))); // then it is
});

Deno.test("a function that nobody calls ends, and one that is called does not", async () => {
  const { keys } = world.stack;
  await using functions = openFunctions({
    folder: new URL("functions/", project),
    functions: { slow: { verifyJwt: false } },
    keys,
    env: () => ({}),
    idleMs: 40,
    answerMs: 10_000,
    log: () => {},
  });
  const ask = async () => {
    const url = "http://x/functions/v1/slow";
    const response = await functions.fetch(new Request(url));
    return (await response.text()).split(" ")[0];
  };

  const pids = new Set<string | undefined>();
  // Each takes longer than a function may be idle, and the next begins at once.
  for (let time = 0; time < 3; time++) {
    for (const pid of await Promise.all([ask(), ask()])) pids.add(pid);
  }
  strictEqual(pids.size, 1);
  ok(await ends(Number([...pids][0])));
  strictEqual(pids.has(await ask()), false);
});

Deno.test("a function starts anew when its files change", async () => {
  const file = new URL("functions/open/index.ts", project);
  strictEqual((await (await call("open")).json()).version, 1);

  const changed = SOURCES.open.replace("version: 1", "version: 2");
  await Deno.writeTextFile(file, changed);

  // The file system says when it likes: asked until it has, or the test ends.
  let version = 1;
  while (version === 1) version = (await (await call("open")).json()).version;
  strictEqual(version, 2);
});
