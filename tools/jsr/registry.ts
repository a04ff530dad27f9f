/**
 * A JSR registry on loopback that knows the packages beside it.
 *
 * Functions name `jsr:` packages, as a deploy needs them, and development must
 * not need JSR. Root `links` serve the editor and the tests; a process that
 * starts from a function's own `deno.json` gets `JSR_URL` and asks here.
 *
 * @module
 */

/** A running registry. */
export interface Registry extends AsyncDisposable {
  /** What `JSR_URL` should be. */
  readonly url: string;
  /** What to say of a line of Deno's, if that tells of a package we have not. */
  explain(line: string): string | undefined;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly exports: string | Readonly<Record<string, string>>;
  /** Sources by their paths: `/mod.ts`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Serves the packages in the folders beside this file, on a free port. */
export async function startRegistry(): Promise<Registry> {
  const packages = await readPackages(new URL("./", import.meta.url));
  // Deno remembers what an address has answered, and a free port comes again.
  const served = Array.from(packages, asText).sort().join();
  const home = `/${await digestOf(served)}`;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      return pathname.startsWith(`${home}/`)
        ? answer(packages, pathname.slice(home.length))
        : new Response(null, { status: 404 });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}${home}/`,
    explain: (line) => explain(packages, line),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Deno's words for a package, a version and a module that are not there. */
const MISSING =
  /JSR package not found: (\S+)|Could not find version of '(.+)' that matches|Unknown export '.+' for '(@.+?)@/;

function explain(
  packages: ReadonlyMap<string, Package>,
  line: string,
): string | undefined {
  const found = line.match(MISSING)?.slice(1).find((name) => name);
  if (found === undefined) return undefined;
  const known = Array.from(packages.values(), ({ name, version, exports }) => {
    const modules = typeof exports === "string" ? ["."] : Object.keys(exports);
    return modules.map((it) => `jsr:${name}@${version}${it.slice(1)}`);
  });
  return `What it asks of ${found} is not in tools/jsr: development has ` +
    `npm packages and these of JSR only: ${known.flat().sort().join(", ")}`;
}

async function readPackages(home: URL): Promise<Map<string, Package>> {
  const packages = new Map<string, Package>();
  for await (const { name: folder, isDirectory } of Deno.readDir(home)) {
    if (!isDirectory) continue;
    const at = new URL(`${folder}/`, home);
    const config = await Deno.readTextFile(new URL("deno.json", at));
    const files = new Map<string, string>();
    for await (const { name: file } of Deno.readDir(at)) {
      if (!file.endsWith(".ts") || file.endsWith("_test.ts")) continue;
      files.set(`/${file}`, await Deno.readTextFile(new URL(file, at)));
    }
    const found: Package = { ...JSON.parse(config), files };
    packages.set(found.name, found);
  }
  return packages;
}

/** Source: the registry API of JSR's documentation, "API" page. */
async function answer(
  packages: ReadonlyMap<string, Package>,
  pathname: string,
): Promise<Response> {
  const [, name = "", rest = ""] =
    pathname.match(/^\/(@[^/]+\/[^/]+)\/(.+)$/) ??
      [];
  const found = packages.get(name);
  if (found === undefined) return new Response(null, { status: 404 });
  const { version, exports, files } = found;

  if (rest === "meta.json") {
    const [scope, base] = name.slice(1).split("/");
    const versions = { [version]: {} };
    return Response.json({ scope, name: base, latest: version, versions });
  }
  if (rest === `${version}_meta.json`) {
    const manifest = Object.fromEntries(
      await Promise.all(Array.from(files, fileEntry)),
    );
    const all = typeof exports === "string" ? { ".": exports } : exports;
    return Response.json({ manifest, exports: all });
  }
  const source = files.get(rest.slice(version.length));
  if (source === undefined) return new Response(null, { status: 404 });
  const headers = { "content-type": "application/typescript" };
  return new Response(source, { headers });
}

function asText([, { files, ...rest }]: [string, Package]): string {
  return JSON.stringify({ ...rest, files: [...files].sort() });
}

async function fileEntry([path, source]: [string, string]) {
  const { length } = new TextEncoder().encode(source);
  const checksum = `sha256-${await digestOf(source)}`;
  return [path, { size: length, checksum }] as const;
}

async function digestOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
