/**
 * The house rules that a machine can keep.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { functionNames, specifiersOf } from "../tools/imports.ts";
import { ALONE } from "../tools/verify.ts";
import { missingOf } from "./missing.ts";

const ROOT = new URL("../", import.meta.url);
const FUNCTIONS = new URL("supabase/functions/", ROOT);

interface Source {
  /** Below `supabase/functions/`: `_shared/auth.ts`. */
  readonly path: string;
  readonly text: string;
}

async function* filesBelow(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

const all: Source[] = [];
for await (const file of filesBelow(FUNCTIONS)) {
  if (!file.pathname.endsWith(".ts")) continue;
  const path = file.pathname.slice(FUNCTIONS.pathname.length);
  all.push({ path, text: await Deno.readTextFile(file) });
}
const names = await functionNames(FUNCTIONS);
const shipped = all.filter(({ path }) => !/_test\.ts$|\/testing\//.test(path));

/** Code without its comments and the lines of their examples. */
function codeOf({ text }: Source): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(
    /^\s*\/\/.*$/gm,
    "",
  );
}

function pathsWith(pattern: RegExp): string[] {
  return shipped.filter((it) => pattern.test(codeOf(it))).map(({ path }) =>
    path
  ).sort();
}

Deno.test("the environment is read in config.ts alone", () => {
  deepStrictEqual(pathsWith(/Deno\.env\b|process\.env\b/), [
    "_shared/config.ts",
  ]);
});

Deno.test("the console is written by log.ts and report.ts alone", () => {
  deepStrictEqual(pathsWith(/\bconsole\./), [
    "_shared/log.ts",
    "_shared/report.ts",
  ]);
});

Deno.test("clients are made in clients.ts alone", () => {
  deepStrictEqual(pathsWith(/(?<!\boauth\.)\bcreateClient\b/), [
    "_shared/clients.ts",
  ]);
});

Deno.test("every answer in JSON says how long it is", () => {
  // By answerJson(): Response.json() leaves that to whoever sends it.
  deepStrictEqual(pathsWith(/\bResponse\.json\(/), []);
});

Deno.test("whatever acts as the service has its reason above it", () => {
  for (const { path, text } of shipped) {
    if (path === "_shared/clients.ts") continue;
    const lines = text.split("\n");
    for (const [at, line] of lines.entries()) {
      if (
        !/(?<!function )\b(?:asService|getAsService|sendAsService|s3AsService)\(/
          .test(line)
      ) continue;
      const above = lines[at - 1] ?? "";
      ok(/^\s*\/\/ As the service: /.test(above), `${path}:${at + 1}`);
    }
  }
});

Deno.test("_shared imports no function, and functions not each other", () => {
  for (const { path, text } of all) {
    const [home = ""] = path.split("/");
    for (const name of specifiersOf(text).filter((it) => it.startsWith("."))) {
      const target = new URL(name, new URL(path, FUNCTIONS)).href;
      const [room = ""] = target.slice(FUNCTIONS.href.length).split("/");
      ok(room === home || room === "_shared", `${path} imports ${name}`);
    }
  }
});

/** A module whose comment says that it decides and does nothing. */
function isPure({ text }: Source): boolean {
  return /^\/\*\*[\s\S]*?No I\/O\.[\s\S]*?\*\//.test(text);
}

Deno.test("PURE files import PURE files, problem.ts and units.ts", () => {
  const pure = shipped.filter(isPure).map(({ path }) => path);
  const allowed = [...pure, "_shared/problem.ts", "_shared/units.ts"];
  strictEqual(pure.includes("signed-upload/policy.ts"), true);

  for (const { path, text } of shipped.filter(isPure)) {
    // A type is no act: `import type` may come from anywhere.
    const acts = text.replaceAll(/^import type [\s\S]*?;$/gm, "");
    for (const name of specifiersOf(acts)) {
      // Deno's own, of which we take nothing that does anything.
      if (name.startsWith("@std/")) continue;
      const target = new URL(name, new URL(path, FUNCTIONS)).href;
      const file = target.slice(FUNCTIONS.href.length);
      ok(allowed.includes(file), `${path} imports ${name}`);
    }
  }
});

Deno.test("tests that see other tests in their own process run alone", async () => {
  const counting: string[] = [];
  for (const root of ["tests/", "supabase/"]) {
    for await (const { href } of filesBelow(new URL(root, ROOT))) {
      if (!href.endsWith("_test.ts")) continue;
      const text = await Deno.readTextFile(new URL(href));
      const isCounting = /= Deno\.memoryUsage\(\)|childrenOf\(Deno\.pid\)/.test(
        text,
      );
      if (isCounting) counting.push(href.slice(ROOT.href.length));
    }
  }

  ok(counting.length > 1, `${counting}`);
  const together = counting.filter((path) =>
    !ALONE.some((it) => path.startsWith(it))
  );
  deepStrictEqual(together, []);
});

Deno.test("packages have bare names, which the root deno.json pins", async () => {
  const { imports } = JSON.parse(await read("deno.json"));
  for (const { path, text } of all) {
    for (const name of specifiersOf(text)) {
      if (/^(\.|node:)/.test(name)) continue;
      const isPinned = Object.keys(imports).some((bare) =>
        name === bare || name.startsWith(`${bare}/`)
      );
      ok(isPinned, `${path} imports ${name}`);
    }
  }
});

Deno.test("npm packages are pinned exactly, jsr packages by caret", async () => {
  const { imports } = JSON.parse(await read("deno.json"));
  for (const target of Object.values<string>(imports)) {
    ok(
      /^(npm:(@[^/]+\/)?[^@]+@\d+\.\d+\.\d+|jsr:@[^/]+\/[^@]+@\^\d+\.\d+\.\d+)$/
        .test(target),
      target,
    );
  }
});

Deno.test("every problem has its heading, and every heading its problem", async () => {
  const declared = shipped.flatMap((it) =>
    Array.from(
      codeOf(it).matchAll(/\bproblem\(\s*\d{3},\s*"([^"]+)"/g),
      ([, title = ""]) => title,
    )
  );
  const page = await read("docs/problems.md");
  const headings = Array.from(
    page.matchAll(/^### (.+)$/gm),
    ([, title = ""]) => title,
  );

  deepStrictEqual([...new Set(declared)].sort(), headings.sort());
  strictEqual(new Set(declared).size, declared.length);
});

Deno.test("every status in docs/problems.md is the one that is sent", async () => {
  const page = await read("docs/problems.md");
  for (const it of shipped) {
    const found = codeOf(it).matchAll(/\bproblem\(\s*(\d{3}),\s*"([^"]+)"/g);
    for (const [, status, title] of found) {
      ok(
        page.includes(`### ${title}\n\nStatus ${status}. `),
        `${title}: ${status}`,
      );
    }
  }
});

Deno.test("every folder of functions has an index.ts", () => {
  const folders = [...new Set(all.map(({ path }) => path.split("/")[0] ?? ""))];

  const without = folders.filter((it) =>
    !it.startsWith("_") && !names.includes(it)
  );
  deepStrictEqual(without, []);
});

Deno.test("every function has what a function has", async () => {
  const missing = await Promise.all(names.map(missingOf));

  // As lines, since whoever adds a function reads them.
  strictEqual(missing.flat().join("\n"), "");
});

Deno.test("all that a function lacks is said at once", async () => {
  const missing = await missingOf("no-function");

  deepStrictEqual(missing.slice(0, 3), [
    "no-function: index.ts is missing",
    'no-function: index.ts has no name: "no-function"',
    "no-function: index_test.ts is missing",
  ]);
  ok(
    missing.includes(
      "no-function: no contract in tests/contracts/no_function.ts",
    ),
  );
  strictEqual(missing.length, 11);
});

Deno.test("every id of docs/security.md begins a test's name, and the reverse", async () => {
  const page = await read("docs/security.md");
  const listed = Array.from(
    page.matchAll(/^\| ([A-Z]\d+) +\|/gm),
    ([, id]) => id,
  );
  const tested = new Set<string | undefined>();
  for (const folder of [FUNCTIONS, new URL("tests/", ROOT)]) {
    for await (const file of filesBelow(folder)) {
      if (!/_test\.ts$|\/contracts\/|_refusals\.ts$/.test(file.pathname)) {
        continue;
      }
      const text = await Deno.readTextFile(file);
      // In a name, or in a row of a table whose rows are tests.
      const ids = text.matchAll(
        /(?:Deno\.test\(\s*|\[\s*|\bname:\s*)["`]([A-Z]\d+)[" ]/g,
      );
      for (const [, id] of ids) tested.add(id);
    }
  }

  deepStrictEqual([...tested].sort(), listed.sort());
});

Deno.test("no code looks away from the compiler", () => {
  const away = /@ts-|\bas any\b|: any\b|<any>|deno-lint-ignore-file/;
  deepStrictEqual(pathsWith(away), []);
});

// Newer than Deno 2.1.4, which the platform's runtime is compatible with. Its
// own types know them all, and tests/hosted_runtime_test.ts asks them; this is
// for what no function reaches yet.
const TOO_NEW =
  /\.toHex\(|\.fromHex\(|\.toBase64\(|\.fromBase64\(|Promise\.try\(|RegExp\.escape\(|Error\.isError\(|Iterator\.concat\(/;

// Known to those types, and missing there or on the platform.
const NOT_HOSTED =
  /with \{ type: "(?:bytes|text)" \}|\bawait using\b|DisposableStack\b|\bWorker\(|\bDeno\.(?:cron|dlopen|Command|openKv|listen|createHttpClient)\b/;

Deno.test("functions use nothing that the hosted runtime has not", () => {
  deepStrictEqual(pathsWith(TOO_NEW), []);
  deepStrictEqual(pathsWith(NOT_HOSTED), []);
});

Deno.test("migrations revoke what Postgres grants to everyone", async () => {
  for await (const file of filesBelow(new URL("supabase/migrations/", ROOT))) {
    const text = await Deno.readTextFile(file);
    ok(/^-- .+\n--\n(-- .*\n)+/.test(text), `${file} begins with a header`);
    const functions = text.matchAll(/create function ([\w.]+)\(/g);
    for (const [, name = ""] of functions) {
      const [schema] = name.split(".");
      const one = `revoke execute on function ${name}`;
      const many = `revoke execute on all functions in schema ${schema}`;
      ok(text.includes(one) || text.includes(many), name);
      ok(text.includes("set search_path = ''"), name);
    }
  }
});

Deno.test("a body that is bound has one end, which the Supabase CLI looks for", async () => {
  for await (const file of filesBelow(new URL("supabase/migrations/", ROOT))) {
    const text = await Deno.readTextFile(file);
    const bodies = text.matchAll(/^begin atomic$([\s\S]*?)^end;$/gm);
    for (const [, body = ""] of bodies) {
      // In any word, in any case: AtomicState in its pkg/parser/state.go.
      const code = body.replaceAll(/--.*/g, "");
      strictEqual(code.match(/\w*end\w*/i)?.[0], undefined);
    }
    const begun = text.match(/\bbegin atomic$/gm)?.length ?? 0;
    strictEqual(
      [...text.matchAll(/^begin atomic$[\s\S]*?^end;$/gm)].length,
      begun,
    );
  }
});

Deno.test("sources are small enough to read", () => {
  for (const { path, text } of shipped) {
    ok(text.split("\n").length <= 300, path);
  }
});
