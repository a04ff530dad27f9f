/**
 * `deno task start`, as somebody types it.
 *
 * @module
 */
import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { cp } from "node:fs/promises";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { PEOPLE } from "../local/people.ts";
import { childrenOf, ends, isRunning } from "./processes.ts";
import { fillFromTemplate } from "./world.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** A command under way. */
interface Command {
  readonly pid: number;
  /** Everything it has printed, once it has printed `text` or ended. */
  until(text: string): Promise<string>;
  readonly status: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
}

const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

/** Runs the task `start` in `root`, as `deno task` would. */
function start(args: readonly string[], root = ROOT): Command {
  const [, ...words] = tasks.start.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let printed = "";
  const waiting: { text: string; resolve: (all: string) => void }[] = [];
  async function listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      for (const one of waiting) {
        if (printed.includes(one.text)) one.resolve(printed);
      }
    }
  }
  const both = Promise.all([listen(child.stdout), listen(child.stderr)]);
  const ended = both.then(() => printed);

  return {
    pid: child.pid,
    status: child.status,
    kill: (signal) => child.kill(signal),
    until(text) {
      const { promise, resolve } = Promise.withResolvers<string>();
      waiting.push({ text, resolve });
      if (printed.includes(text)) resolve(printed);
      return Promise.race([promise, ended]);
    },
  };
}

const READY = "Ctrl-C stops it.";

/** What the banner says behind `name`. */
function banner(printed: string, name: string): string {
  const line = printed.split("\n").find((it) => it.trim().startsWith(name));
  return line?.trim().slice(name.length).trim() ?? "";
}

function connect(printed: string, key = "Publishable key"): SupabaseClient {
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  const url = banner(printed, "URL");
  return createClient(url, banner(printed, key), options);
}

async function freshData(): Promise<string> {
  const data = await Deno.makeTempDir({ prefix: "portico-start-" });
  await fillFromTemplate(data);
  return data;
}

Deno.test("start --help says what there is", async () => {
  const command = start(["--help"]);
  const printed = await command.until("never");

  strictEqual((await command.status).code, 0);
  for (
    const option of ["--port", "--data", "--reset", "--new-keys", "--help"]
  ) {
    ok(printed.includes(option));
  }
});

const MISTAKES: [why: string, args: string[]][] = [
  ["an option it has not", ["--prot", "1"]],
  ["a port that is none", ["--port", "http"]],
  ["a port beyond the last", ["--port", "65536"]],
];

for (const [why, args] of MISTAKES) {
  Deno.test(`start complains in one line of ${why}`, async () => {
    const command = start(args);
    const printed = await command.until("never");

    strictEqual((await command.status).code, 1);
    strictEqual(printed.trim().split("\n").length, 1);
    match(printed, /See deno task start --help/);
  });
}

/** The last line that a failed start printed. */
async function complaintOf(command: Command): Promise<string> {
  const printed = await command.until("never");
  strictEqual((await command.status).code, 1);
  const [first = "", ...rest] = printed.trim().split("\n");
  match(first, /^Starting in /);
  const complaints = rest.filter((line) => !line.startsWith("[migrations]"));
  strictEqual(complaints.length, 1, printed);
  return complaints[0] ?? "";
}

Deno.test("start says which port is taken", async () => {
  const data = await freshData();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;

  const line = await complaintOf(
    start(["--port", `${port}`, "--data", data]),
  );

  strictEqual(
    line,
    `Port ${port} is taken: stop what uses it, or choose one with --port`,
  );
  await Deno.remove(data, { recursive: true });
});

/** A clone of the project, for tests that spoil it. */
async function clone(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "portico-clone-" });
  for (const part of ["deno.json", "deno.lock", "local", "supabase", "tools"]) {
    await cp(`${ROOT}${part}`, `${root}/${part}`, { recursive: true });
  }
  await Deno.mkdir(`${root}/data`);
  await fillFromTemplate(`${root}/data`);
  return root;
}

Deno.test("start says which migration is broken, and goes on when it is mended", async () => {
  const root = await clone();
  const file = `${root}/supabase/migrations/20990101000000_wrong.sql`;
  await Deno.writeTextFile(file, "create table portico.half (id int); oops;");
  const args = ["--port", "0", "--data", `${root}/data`];

  const line = await complaintOf(start(args, root));
  match(line, /^20990101000000_wrong\.sql:1: syntax error .* start again$/);

  // Nothing of it was kept, so that the same table can be made again. And a
  // project without a seed is a project.
  await Deno.writeTextFile(file, "create table portico.half (id int);");
  await Deno.remove(`${root}/supabase/seed.sql`);
  const mended = start(args, root);
  ok((await mended.until(READY)).includes("[migrations] 20990101000000_wrong"));
  mended.kill("SIGINT");
  strictEqual((await mended.status).code, 0);
  await Deno.remove(root, { recursive: true });
});

const CONFIGS: [why: string, from: string, to: string, line: RegExp][] = [
  [
    "a size that is none",
    '"50MiB"',
    '"big"',
    /^supabase\/config\.toml: storage\.file_size_limit: /,
  ],
  ["a line that is no TOML", "[api]", "[api", /^supabase\/config\.toml: /],
];

for (const [why, from, to, expected] of CONFIGS) {
  Deno.test(`start says that config.toml has ${why}`, async () => {
    const root = await clone();
    const file = `${root}/supabase/config.toml`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace(from, to));

    const args = ["--port", "0", "--data", `${root}/data`];
    match(await complaintOf(start(args, root)), expected);
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test({
  name:
    "start keeps rows, files and tokens through kill -9, and leaves no process",
  ignore: Deno.build.os !== "linux", // reads /proc
  async fn() {
    const data = await freshData();
    const args = ["--port", "0", "--data", data];
    const first = start(args);
    const printed = await first.until(READY);
    const client = connect(printed);
    await client.auth.signInWithPassword(PEOPLE[0]);
    const { data: ticket } = await client.functions.invoke("signed-upload", {
      body: {
        bucket: "documents",
        name: "a.txt",
        type: "text/plain",
        bytes: 5,
      },
    });
    const { standard, object } = ticket;
    await client.storage.from(standard.bucket).uploadToSignedUrl(
      standard.path,
      standard.token,
      "hello",
      standard.options,
    );
    await client.functions.invoke("signed-upload/complete", {
      body: { id: ticket.id },
    });
    const { data: { session } } = await client.auth.getSession();

    // A second start on the same folder, while the first runs.
    const line = await complaintOf(start(args));
    strictEqual(
      line,
      `${data} is in use by process ${first.pid}: ` +
        "stop it, or choose another folder with --data",
    );

    const children = await childrenOf(first.pid);
    ok(children.length > 0); // more at a minute when cron calls another
    first.kill("SIGKILL");
    await first.status;
    for (const child of children) {
      ok(await ends(child)); // it reads the end of its pipe
    }

    const second = start(args);
    const again = connect(await second.until(READY));
    await again.auth.setSession({
      access_token: session?.access_token ?? "",
      refresh_token: session?.refresh_token ?? "",
    });
    const kept = await again.storage.from("documents").download(object.path);
    strictEqual(await kept.data?.text(), "hello");
    const { data: list } = await again.storage.from("documents")
      .list(PEOPLE[0].id);
    const { path } = object;
    deepStrictEqual(list?.map(({ name }) => name), [path.split("/")[1]]);

    const orphans = await childrenOf(second.pid);
    second.kill("SIGINT");
    strictEqual((await second.status).code, 0);
    for (const child of orphans) strictEqual(await isRunning(child), false);

    await Deno.writeTextFile(`${data}/uploads/notes.txt`, "not swept");
    const third = start([...args, "--reset"]);
    const afresh = await third.until(READY);
    strictEqual(
      banner(afresh, "Publishable key"),
      banner(printed, "Publishable key"),
    );
    const empty = connect(afresh);
    await empty.auth.signInWithPassword(PEOPLE[0]);
    const gone = await empty.storage.from("documents").list(PEOPLE[0].id);
    deepStrictEqual(gone.data, []);
    const uploads = await Array.fromAsync(Deno.readDir(`${data}/uploads`));
    deepStrictEqual(uploads, []);
    third.kill("SIGTERM");
    strictEqual((await third.status).code, 0);

    const fourth = start([...args, "--new-keys"]);
    const other = await fourth.until(READY);
    notStrictEqual(
      banner(other, "Publishable key"),
      banner(printed, "Publishable key"),
    );
    const { error } = await connect(other).auth.signInWithPassword(PEOPLE[0]);
    strictEqual(error, null); // rows are still there
    fourth.kill("SIGTERM");
    strictEqual((await fourth.status).code, 0);
    await Deno.remove(data, { recursive: true });
  },
});

Deno.test("start goes on with a resumable upload after kill -9, and hides half an end", async () => {
  const data = await freshData();
  const args = ["--port", "0", "--data", data];
  const first = start(args);
  const printed = await first.until(READY);
  const headers = {
    apikey: banner(printed, "Secret key"),
    "tus-resumable": "1.0.0",
  };
  const { storage } = connect(printed, "Secret key");
  await storage.createBucket("resumed", { public: false });

  async function create(name: string): Promise<string> {
    const { headers: made } = await fetch(
      `${banner(printed, "URL")}/storage/v1/upload/resumable`,
      {
        method: "POST",
        headers: {
          ...headers,
          "upload-length": "10",
          "upload-metadata": `bucketName ${btoa("resumed")},objectName ${
            btoa(name)
          }`,
        },
      },
    );
    return new URL(made.get("location") ?? "").pathname;
  }
  function patch(url: string, offset: number, text: string): Promise<Response> {
    return fetch(url, {
      method: "PATCH",
      headers: {
        ...headers,
        "upload-offset": `${offset}`,
        "content-type": "application/offset+octet-stream",
      },
      body: text,
    });
  }
  const [half, whole] = [await create("half.txt"), await create("whole.txt")];
  const base = banner(printed, "URL");
  await (await patch(`${base}${half}`, 0, "hello")).body?.cancel();
  first.kill("SIGKILL");
  await first.status;
  // As if the last byte of the other had come just before.
  const [, version = ""] = atob(
    whole.split("/").at(-1)?.replaceAll("-", "+").replaceAll("_", "/") ?? "",
  ).match(/([^/]*)$/) ?? [];
  await Deno.writeTextFile(`${data}/uploads/${version}`, "0123456789");

  const second = start(args);
  const again = await second.until(READY);
  const url = `${banner(again, "URL")}${half}`;
  const asked = await fetch(url, { method: "HEAD", headers });
  strictEqual(asked.headers.get("upload-offset"), "5");
  strictEqual((await patch(url, 5, "world")).status, 204);
  const gone = await fetch(`${banner(again, "URL")}${whole}`, {
    method: "HEAD",
    headers,
  });
  strictEqual(gone.status, 404);
  const bucket = connect(again, "Secret key").storage.from("resumed");
  deepStrictEqual((await bucket.list()).data?.map(({ name }) => name), [
    "half.txt",
  ]);
  strictEqual(
    await (await bucket.download("half.txt")).data?.text(),
    "helloworld",
  );

  second.kill("SIGINT");
  await second.status;
  await Deno.remove(data, { recursive: true });
});

Deno.test("start does not wait for ever for callers that have stalled", async () => {
  const data = await freshData();
  const command = start(["--port", "0", "--data", data]);
  const { port } = new URL(banner(await command.until(READY), "URL"));
  using stalled = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const head =
    "POST /auth/v1/signup HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{";
  await stalled.write(new TextEncoder().encode(head));

  command.kill("SIGINT");

  strictEqual((await command.status).code, 0);
  await Deno.remove(data, { recursive: true });
});

Deno.test("start's own curl works", async () => {
  const data = await freshData();
  const command = start(["--port", "0", "--data", data]);
  const printed = await command.until(READY);
  const script = printed.slice(
    printed.indexOf("  TOKEN="),
    printed.indexOf(READY),
  );

  const { stdout } = await new Deno.Command("bash", { args: ["-c", script] })
    .output();

  const ticket = JSON.parse(new TextDecoder().decode(stdout));
  const [folder, name] = ticket.object.path.split("/");
  strictEqual(folder, PEOPLE[0].id);
  match(name, /^\d+\.png$/); // another one in each second
  command.kill("SIGINT");
  await command.status;
  await Deno.remove(data, { recursive: true });
});
