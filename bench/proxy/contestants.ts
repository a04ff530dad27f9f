/**
 * `image-proxy` and its peers, each in a process of its own, behind the same kind
 * of server. sharp is native, which the hosted runtime refuses: it has this Deno.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { imageLinks } from "../../supabase/functions/_shared/image_link.ts";
import { bundled, type Form } from "../../tests/deployed/form.ts";
import { startHosted } from "../../tests/deployed/hosted.ts";
import { serveEntry } from "../../tests/deployed/served.ts";
import type { World } from "../../tests/world.ts";
import type { Registry } from "../../tools/jsr/registry.ts";

/** A picture that is asked for. */
export interface Job {
  readonly name: string;
  /** Of the photos. */
  readonly file: string;
  readonly width: number;
  readonly format: "webp" | "jpeg" | "avif";
  readonly quality: number;
}

/** A process that has started. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  ask(job: Job): Promise<Response>;
}

/** One way to make pictures. */
export interface Contestant {
  readonly name: string;
  start(): Promise<Running>;
}

/** Where they are. `storage` is the URL of what has the photos. */
export interface Arena {
  readonly world: World;
  readonly registry: Registry;
  readonly storage: string;
}

/** All of them, the function first and sharp second. */
export interface Contestants extends AsyncDisposable {
  readonly all: readonly Contestant[];
}

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url);

/** Bundles those that run under the hosted runtime. */
export async function contestants(arena: Arena): Promise<Contestants> {
  const { registry } = arena;
  const name = "image-proxy";
  const ours = await bundled({ name, functions: FUNCTIONS, registry });
  const magick = await bundledMagick();
  return {
    all: [
      { name, start: () => startOurs(arena, ours) },
      { name: "sharp", start: () => startSharp(arena) },
      { name: "magick-wasm", start: () => startMagick(arena, magick, false) },
      { name: "tuned", start: () => startMagick(arena, magick, true) },
    ],
    async [Symbol.asyncDispose]() {
      await ours[Symbol.asyncDispose]();
      await magick[Symbol.asyncDispose]();
    },
  };
}

/** By links, which may be of any size. */
async function startOurs(arena: Arena, form: Form): Promise<Running> {
  const { world, registry, storage } = arena;
  const own = { SUPABASE_URL: storage };
  const place = { name: "image-proxy", form, world, registry, own };
  const { pid, call, ...rest } = await startHosted(place);
  const [id = "", secret = ""] = world.stack.keys.linkKey.split(":");
  const links = imageLinks([{ id, secret }]);
  return {
    ...rest,
    pid,
    async ask({ file, ...job }) {
      const expires = Math.floor(Date.now() / 1000) + 60;
      const place = { bucket: "shop", path: file };
      const token = await links.sign(place, queryOf(job), expires);
      return await call(`/sign/shop/${file}?token=${token}`);
    },
  };
}

async function startSharp({ storage }: Arena): Promise<Running> {
  const { url, ...served } = await serveEntry({
    deno: Deno.execPath(),
    args: ["--frozen", "--allow-all"],
    env: { SUPABASE_URL: storage },
    entryPoint: new URL("sharp.ts", import.meta.url),
  });
  return {
    ...served,
    ask: ({ file, ...job }) => fetch(`${url}/sharp/${file}?${queryOf(job)}`),
  };
}

async function startMagick(
  { world, registry, storage }: Arena,
  form: Form,
  isTuned: boolean,
): Promise<Running> {
  const own = { SUPABASE_URL: storage };
  const program = { name: "magick", form, world, registry, own };
  const { pid, call, ...rest } = await startHosted(program);
  return {
    ...rest,
    pid,
    ask({ file, ...job }) {
      // As many pixels as `image-proxy` leaves to its filter.
      const hint = isTuned ? `&hint=${2 * job.width}` : "";
      return call(`/${file}?${queryOf(job)}${hint}`);
    },
  };
}

function queryOf(
  { width, format, quality }: Pick<Job, "width" | "format" | "quality">,
): string {
  return `width=${width}&quality=${quality}&format=${format}`;
}

/** As one file, with its module beside it. */
async function bundledMagick(): Promise<Form> {
  const root = await Deno.makeTempDir({ prefix: "portico-magick-" });
  const file = `${root}/magick.js`;
  const source = fileURLToPath(new URL("magick.ts", import.meta.url));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--frozen", "--output", file, source],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const module = import.meta.resolve("@imagemagick/magick-wasm/magick.wasm");
  await Deno.copyFile(new URL(module), `${root}/magick.wasm`);
  return {
    entryPoint: pathToFileURL(file),
    folder: pathToFileURL(`${root}/`),
    args: ["--no-config", "--no-npm", "--no-remote", "--cached-only"],
    env: {},
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
