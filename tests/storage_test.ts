/**
 * `/storage/v1` of the local stack, seen by an unmodified supabase-js over real
 * HTTP. What is refused must leave nothing behind, so these tests look at the
 * rows and at the folder, and not only at the answer.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { decodeJwt, type JWTPayload } from "jose";
import { type Database, openDatabase } from "../local/database.ts";
import { type Keys, openKeys } from "../local/keys.ts";
import { storageApi, sweepOrphans } from "../local/storage/routes.ts";

const KiB = 1024;
const MAX_BYTES = 4 * KiB * KiB;

const ANN = "00000000-0000-4000-8000-00000000000a";
const BOB = "00000000-0000-4000-8000-00000000000b";

/** One red pixel. */
const PNG = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
);

// People keep what is theirs in a folder of their name.
const POLICIES = `
  create policy "people see what they own" on storage.objects
    for select to authenticated using (owner_id = auth.uid()::text);
  create policy "people add to their folder" on storage.objects
    for insert to authenticated
    with check ((storage.foldername(name))[1] = auth.uid()::text);
  create policy "people replace what they own" on storage.objects
    for update to authenticated using (owner_id = auth.uid()::text);
  create policy "people remove what they own" on storage.objects
    for delete to authenticated using (owner_id = auth.uid()::text);

  create function public.refuse_long_objects() returns trigger
  language plpgsql as $$
  begin
    if (new.metadata ->> 'size')::bigint > 10 then
      raise exception 'too long';
    end if;
    return new;
  end $$;
  create trigger refuse_long_objects before insert on storage.objects
    for each row when (new.bucket_id = 'guarded')
    execute function public.refuse_long_objects();
`;

interface World extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  readonly keys: Keys;
  readonly folder: string;
  /** Every request that has arrived, answered or not. */
  readonly arrivals: Promise<Response>[];
}

async function openWorld(): Promise<World> {
  const root = await Deno.makeTempDir();
  const folder = join(root, "objects");
  const database = await openDatabase(join(root, "database"));
  const keys = await openKeys(join(root, "keys.json"));
  for (const name of ["roles", "auth", "storage", "storage"]) {
    const file = new URL(`../local/sql/${name}.sql`, import.meta.url);
    const script = await Deno.readTextFile(file);
    await database.asOwner((sql) => sql.run(script));
  }
  await database.asOwner((sql) => sql.run(POLICIES));
  await sweepOrphans({ database, folder });

  const api = storageApi({ database, keys, folder, maxBytes: MAX_BYTES });
  const arrivals: Promise<Response>[] = [];
  function serve(request: Request): Promise<Response> {
    const answering = api(request);
    arrivals.push(answering);
    return answering;
  }
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    serve,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    database,
    keys,
    folder,
    arrivals,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await database[Symbol.asyncDispose]();
      await Deno.remove(root, { recursive: true });
    },
  };
}

// Opening a database takes seconds, so that the tests share one, and each has
// buckets of its own.
let world: World;
Deno.test.beforeAll(async () => {
  world = await openWorld();
});
Deno.test.afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const QUIET = { auth: { persistSession: false, autoRefreshToken: false } };

function withKey(key: string): SupabaseClient {
  return createClient(world.url, key, QUIET);
}

function service(): SupabaseClient {
  return withKey(world.keys.secret);
}

function anon(): SupabaseClient {
  return withKey(world.keys.publishable);
}

async function person(sub: string): Promise<SupabaseClient> {
  const token = await world.keys.sign({
    ...aged(60),
    sub,
    role: "authenticated",
  });
  return createClient(world.url, world.keys.publishable, {
    accessToken: () => Promise.resolve(token),
  });
}

/** Signed now, good for `lifetimeS` seconds. */
function aged(lifetimeS: number): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000);
  return { iat, exp: iat + lifetimeS };
}

async function makeBucket(
  name: string,
  options: Parameters<SupabaseClient["storage"]["createBucket"]>[1] = {
    public: false,
  },
): Promise<void> {
  const { error } = await service().storage.createBucket(name, options);
  equal(error, null);
}

async function files(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(world.folder));
  return entries.map(({ name }) => name).sort();
}

interface Row {
  readonly version: string;
  readonly owner: string | null;
  readonly "owner_id": string | null;
  readonly metadata: Record<string, unknown>;
  readonly "user_metadata": unknown;
}

async function rows(bucket: string): Promise<Row[]> {
  return await world.database.asOwner((sql) =>
    sql.query<Row>(
      "select * from storage.objects where bucket_id = $1 order by name",
      [bucket],
    )
  );
}

/** Storage's answer to somebody without a client. */
function request(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${world.url}/storage/v1${path}`, init);
}

function asService(headers: Record<string, string> = {}): HeadersInit {
  return { ...headers, apikey: world.keys.secret };
}

interface Refusal {
  readonly status: number;
  readonly statusCode: string;
  readonly error: string;
  readonly message: string;
  readonly code: string;
}

async function refusalOf(response: Response): Promise<Refusal> {
  return { status: response.status, ...await response.json() };
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index * 7 % 251);
}

function text(content: string, type = "text/plain"): Blob {
  return new Blob([content], { type });
}

Deno.test("upload() and download() give back a PNG byte for byte, as Blob and raw", async () => {
  await makeBucket("round-trip");
  const bucket = service().storage.from("round-trip");
  const bodies: [path: string, body: Blob | Uint8Array<ArrayBuffer>][] = [
    ["blob.png", new Blob([PNG], { type: "image/png" })],
    ["raw.png", PNG],
  ];

  for (const [path, body] of bodies) {
    const options = { contentType: "image/png", metadata: { by: "a test" } };
    const uploaded = await bucket.upload(path, body, options);
    equal(uploaded.error, null);
    equal(uploaded.data?.fullPath, `round-trip/${path}`);

    const { data } = await bucket.download(path);
    deepEqual(await data?.bytes(), PNG);
    equal(data?.type, "image/png");
  }

  for (const row of await rows("round-trip")) {
    const { lastModified, ...metadata } = row.metadata;
    deepEqual(metadata, {
      // As Python's hashlib has it.
      eTag: '"02c4278e5dc76862c17c04b3bd51946d"',
      size: PNG.length,
      mimetype: "image/png",
      cacheControl: "max-age=3600",
      contentLength: PNG.length,
      httpStatusCode: 200,
    });
    match(String(lastModified), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    deepEqual(row.user_metadata, { by: "a test" });
  }
});

Deno.test("upload() keeps bytes that look like a boundary", async () => {
  await makeBucket("boundary");
  const lookalike = "\r\n--\r\n------formdata\r\n\r\n--".repeat(20_000);
  const bucket = service().storage.from("boundary");

  await bucket.upload("tricky.txt", text(lookalike));
  const { data } = await bucket.download("tricky.txt");

  equal(await data?.text(), lookalike);
});

Deno.test("POST /object reads a form however it is cut into pieces", async () => {
  await makeBucket("pieces");
  const content = "\r\n--X\r\n--XY\r\n-";
  const form = [
    "--XX",
    'content-disposition: form-data; name="cacheControl"',
    "",
    "60",
    "--XX",
    'content-disposition: form-data; name=""; filename="blob"',
    "content-type: text/css",
    "",
    content,
    "--XX--",
    "",
  ].join("\r\n");
  const whole = new TextEncoder().encode(form);
  const body = ReadableStream.from(
    Array.from(whole, (byte) => Uint8Array.of(byte)),
  );

  const uploaded = await request("/object/pieces/a.css", {
    method: "POST",
    headers: asService({ "content-type": "multipart/form-data; boundary=XX" }),
    body,
  });
  equal(uploaded.status, 200);
  await uploaded.body?.cancel();

  const response = await request("/object/pieces/a.css", {
    headers: asService(),
  });
  equal(await response.text(), content);
  equal(response.headers.get("content-type"), "text/css");
  equal(response.headers.get("cache-control"), "max-age=60");
});

Deno.test("POST /object refuses a form that ends before its file does", async () => {
  await makeBucket("cut-short");
  const before = await files();
  const head = '--X\r\ncontent-disposition: form-data; name=""; filename="a"';

  const response = await request("/object/cut-short/a.txt", {
    method: "POST",
    headers: asService({ "content-type": "multipart/form-data; boundary=X" }),
    body: `${head}\r\n\r\nhalf of`,
  });

  equal((await refusalOf(response)).code, "InvalidRequest");
  deepEqual(await rows("cut-short"), []);
  deepEqual(await files(), before);
});

const FORMS: [why: string, fields: number, files: number][] = [
  ["no file", 1, 0],
  ["more than ten fields", 12, 1],
];

for (const [why, fields, fileCount] of FORMS) {
  Deno.test(`POST /object refuses a form with ${why}`, async () => {
    const bucket = `form-${fields}`;
    await makeBucket(bucket);
    const before = await files();
    const form = new FormData();
    for (let n = 0; n < fields; n++) form.append(`field ${n}`, "value");
    for (let n = 0; n < fileCount; n++) form.append("file", text("content"));

    const response = await request(`/object/${bucket}/a.txt`, {
      method: "POST",
      headers: asService(),
      body: form,
    });

    equal((await refusalOf(response)).message, "No content provided");
    deepEqual(await rows(bucket), []);
    deepEqual(await files(), before);
  });
}

const LIMIT = 100 * KiB;
const SIZES: [why: string, body: () => BodyInit, type: string][] = [
  ["a form", () => formOf(bytes(LIMIT + 1)), ""],
  ["bytes", () => bytes(LIMIT + 1), "text/plain"],
  [
    "a stream of unknown length",
    () => streamOf(bytes(LIMIT + 1)),
    "text/plain",
  ],
];

function formOf(content: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.append("file", new Blob([content]));
  return form;
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return ReadableStream.from([content.slice(0, 1000), content.slice(1000)]);
}

for (const [why, body, type] of SIZES) {
  Deno.test(`POST /object refuses one byte too many in ${why}`, async () => {
    const bucket = `limit-${why.replaceAll(" ", "-")}`;
    await makeBucket(bucket, { public: false, fileSizeLimit: LIMIT });
    const before = await files();

    const response = await request(`/object/${bucket}/a.bin`, {
      method: "POST",
      headers: asService(type === "" ? {} : { "content-type": type }),
      body: body(),
    });

    deepEqual(await refusalOf(response), {
      status: 400,
      statusCode: "413",
      error: "Payload too large",
      message: "The object exceeded the maximum allowed size",
      code: "EntityTooLarge",
    });
    deepEqual(await rows(bucket), []);
    deepEqual(await files(), before);
  });
}

Deno.test("upload() takes a form with a file of exactly the limit", async () => {
  await makeBucket("exact", { public: false, fileSizeLimit: LIMIT });

  const { error } = await service().storage.from("exact")
    .upload("a.bin", new Blob([bytes(LIMIT)]));

  equal(error, null);
  equal((await rows("exact"))[0]?.metadata["size"], LIMIT);
});

Deno.test("upload() obeys the limit of the stack in a bucket without one", async () => {
  await makeBucket("no-limit");

  const { error } = await service().storage.from("no-limit")
    .upload("a.bin", new Blob([bytes(MAX_BYTES + 1)]));

  equal(error?.message, "The object exceeded the maximum allowed size");
  deepEqual(await rows("no-limit"), []);
});

Deno.test("POST /object stores nothing of a body shorter than it claims", async () => {
  await makeBucket("liar");
  const before = await files();
  const { port } = new URL(world.url);
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(port),
  });
  const lines = [
    "POST /storage/v1/object/liar/a.txt HTTP/1.1",
    "host: localhost",
    `apikey: ${world.keys.secret}`,
    "content-type: text/plain",
    "content-length: 1000",
    "",
    "only this",
  ];

  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  await conn.closeWrite();
  await new Response(conn.readable).text();

  // The connection may close before the request has been given up.
  await Promise.allSettled(world.arrivals);
  deepEqual(await rows("liar"), []);
  deepEqual(await files(), before);
});

const TYPES: [type: string, allowed: string[], fits: boolean][] = [
  ["image/png", ["image/png"], true],
  ["image/png", ["image/*"], true],
  ["IMAGE/PNG; a=b", ["image/*"], true],
  ["image/png", ["*/*"], true],
  ["image/png", [], true],
  ["text/html", ["image/*"], false],
  ["imagery/png", ["image/*"], false],
  ["image/png/extra", ["image/*"], false],
  ["image/png, text/html", ["image/*"], false],
  ["image", ["image/*"], false],
];

for (const [index, [type, allowed, fits]] of TYPES.entries()) {
  const verb = fits ? "takes" : "refuses";
  Deno.test(`POST /object ${verb} ${type} where [${allowed}] is allowed`, async () => {
    const bucket = `mime-${index}`;
    await makeBucket(bucket, { public: false, allowedMimeTypes: allowed });
    const before = await files();

    const response = await request(`/object/${bucket}/a`, {
      method: "POST",
      headers: asService({ "content-type": type }),
      body: PNG,
    });

    if (fits) {
      equal(response.status, 200);
      await response.body?.cancel();
      return;
    }
    const refusal = await refusalOf(response);
    equal(refusal.code, "InvalidMimeType");
    equal(refusal.statusCode, "415");
    deepEqual(await rows(bucket), []);
    deepEqual(await files(), before);
  });
}

Deno.test("upload() looks at the type of the part, not of the request", async () => {
  await makeBucket("part", { public: false, allowedMimeTypes: ["image/png"] });
  const bucket = service().storage.from("part");

  const refused = await bucket.upload("a.png", text("no picture"));
  const taken = await bucket.upload(
    "b.png",
    new Blob([PNG], { type: "image/png" }),
  );

  equal(refused.error?.message, "mime type text/plain is not supported");
  equal(taken.error, null);
});

Deno.test("upload() obeys row-level security", async () => {
  await makeBucket("rls-upload");
  const before = await files();
  const ann = await person(ANN);

  const outside = await ann.storage.from("rls-upload")
    .upload(`${BOB}/a.txt`, text("not hers"));
  const stranger = await anon().storage.from("rls-upload")
    .upload(`${ANN}/a.txt`, text("nobody's"));

  for (const { error } of [outside, stranger]) {
    equal(error?.message, "new row violates row-level security policy");
    ok(error !== null && "statusCode" in error);
    equal(error.statusCode, "403");
  }
  deepEqual(await rows("rls-upload"), []);
  deepEqual(await files(), before);

  const own = await ann.storage.from("rls-upload")
    .upload(`${ANN}/a.txt`, text("hers"));
  equal(own.error, null);
  const [row] = await rows("rls-upload");
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
});

Deno.test("upload() obeys row-level security when it would replace", async () => {
  await makeBucket("rls-upsert");
  const path = `${ANN}/a.txt`;
  await (await person(ANN)).storage.from("rls-upsert")
    .upload(path, text("hers"));
  await world.database.asOwner((sql) =>
    sql.query("update storage.objects set owner_id = $1 where name = $2", [
      BOB,
      path,
    ])
  );
  const before = [await rows("rls-upsert"), await files()];

  const { error } = await (await person(ANN)).storage.from("rls-upsert")
    .upload(path, text("still hers"), { upsert: true });

  equal(error?.message, "new row violates row-level security policy");
  deepEqual([await rows("rls-upsert"), await files()], before);
});

Deno.test("a private object does not exist for those who may not see it", async () => {
  await makeBucket("hidden");
  const path = `${ANN}/secret.txt`;
  await (await person(ANN)).storage.from("hidden").upload(path, text("hers"));
  const bucket = (await person(BOB)).storage.from("hidden");

  const answers = {
    download: await bucket.download(path),
    info: await bucket.info(path),
    sign: await bucket.createSignedUrl(path, 60),
  };
  for (const [verb, { data, error }] of Object.entries(answers)) {
    equal(data, null, verb);
    equal(error?.message, "Object not found", verb);
  }
  deepEqual((await bucket.list(ANN)).data, []);
  const [signed] = (await bucket.createSignedUrls([path], 60)).data ?? [];
  equal(signed?.signedUrl, null);
  match(signed?.error ?? "", /^Either the object does not exist or you/);
  equal((await bucket.exists(path)).data, false);
  deepEqual((await bucket.remove([path])).data, []);

  const { data } = await (await person(ANN)).storage.from("hidden")
    .download(path);
  equal(await data?.text(), "hers");
});

Deno.test("GET /object answers a missing object as the real server does", async () => {
  await makeBucket("missing");

  const response = await request("/object/missing/a.txt", {
    headers: asService(),
  });

  deepEqual(await refusalOf(response), {
    status: 400,
    statusCode: "404",
    error: "not_found",
    message: "Object not found",
    code: "NoSuchKey",
  });
});

Deno.test("upload() refuses a name that is taken, and upsert replaces it", async () => {
  await makeBucket("taken");
  const bucket = service().storage.from("taken");
  await bucket.upload("a.txt", text("first"));
  const [first] = await rows("taken");
  const before = await files();

  const again = await bucket.upload("a.txt", text("second"));
  equal(again.error?.message, "The resource already exists");
  ok(again.error !== null && "statusCode" in again.error);
  equal(again.error.statusCode, "409");
  deepEqual(await files(), before);

  const upserted = await bucket.upload("a.txt", text("third"), {
    upsert: true,
  });
  equal(upserted.error, null);
  equal((await bucket.update("a.txt", text("fourth"))).error, null);
  equal(await (await bucket.download("a.txt")).data?.text(), "fourth");

  const [last, ...others] = await rows("taken");
  deepEqual(others, []);
  const kept = await files();
  equal(kept.length, before.length);
  ok(last && kept.includes(last.version));
  ok(first && !kept.includes(first.version));
});

Deno.test("upload() lets one of many win a new name", async () => {
  await makeBucket("race");
  const before = await files();
  const bucket = service().storage.from("race");

  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => bucket.upload("a.txt", text(`${n}`))),
  );

  const winners = results.flatMap(({ error }, n) => error ? [] : [`${n}`]);
  equal(winners.length, 1);
  equal(await (await bucket.download("a.txt")).data?.text(), winners[0]);
  equal((await files()).length, before.length + 1);
});

Deno.test("upload() discards the bytes when a trigger refuses the row", async () => {
  await makeBucket("guarded");
  const before = await files();
  const bucket = service().storage.from("guarded");

  const { error } = await bucket.upload("long.txt", text("x".repeat(11)));

  equal(error?.message, "database error, code: P0001");
  ok(error !== null && "statusCode" in error);
  equal(error.statusCode, "500");
  deepEqual(await rows("guarded"), []);
  deepEqual(await files(), before);
  equal((await bucket.upload("short.txt", text("x"))).error, null);
});

Deno.test("upload() into no bucket says so", async () => {
  const before = await files();

  const { error } = await service().storage.from("nowhere")
    .upload("a.txt", text("a"));

  equal(error?.message, "Bucket not found");
  deepEqual(await files(), before);
});

Deno.test("a path with spaces and signs works everywhere", async () => {
  await makeBucket("spaces");
  const bucket = service().storage.from("spaces");
  const path = "a folder/it's (1) & more, @=;:+$!*.txt";

  const uploaded = await bucket.upload(path, text("here"));
  equal(uploaded.data?.path, path);
  equal(await (await bucket.download(path)).data?.text(), "here");
  equal((await bucket.info(path)).data?.name, path);

  const { data } = await bucket.createSignedUrl(path, 60);
  equal(await (await fetch(data?.signedUrl ?? "")).text(), "here");
  const ticket = await bucket.createSignedUploadUrl(`${path}.bak`);
  const { token = "" } = ticket.data ?? {};
  const put = await bucket.uploadToSignedUrl(`${path}.bak`, token, text("b"));
  equal(put.data?.fullPath, `spaces/${path}.bak`);
  equal((await bucket.remove([path])).data?.[0]?.name, path);
});

Deno.test("a path with letters beyond ASCII is an invalid key", async () => {
  await makeBucket("unicode");
  const before = await files();
  const bucket = service().storage.from("unicode");

  for (const path of ["été.txt", "文档.txt", "🚀.png"]) {
    const { error } = await bucket.upload(path, text("x"));
    equal(error?.message, `Invalid key: ${path}`);
    const signed = await bucket.createSignedUploadUrl(path);
    equal(signed.error?.message, `Invalid key: ${path}`);
  }
  deepEqual(await rows("unicode"), []);
  deepEqual(await files(), before);
});

Deno.test("a name never becomes a path", async () => {
  await makeBucket("traversal");
  const before = await files();

  const response = await request("/object/traversal/..%2F..%2Fkeys.json", {
    method: "POST",
    headers: asService({ "content-type": "text/plain" }),
    body: "mine",
  });
  await response.body?.cancel();

  equal(response.status, 200);
  const [row] = await rows("traversal");
  deepEqual(await files(), [...before, row?.version ?? ""].sort());
});

Deno.test("a version that SQL wrote never becomes a path", async () => {
  await makeBucket("versions");
  await Deno.writeTextFile(join(world.folder, "..", "secret"), "secret");
  const before = await files();
  const bucket = service().storage.from("versions");
  for (const [name, version] of [["a", "../secret"], ["b", null]]) {
    await world.database.asOwner((sql) =>
      sql.query(
        `insert into storage.objects (bucket_id, name, version)
          values ('versions', $1, $2)`,
        [name, version],
      )
    );
    const path = `/object/versions/${name}`;
    const response = await request(path, { headers: asService() });
    equal((await refusalOf(response)).message, "The resource was not found");
  }

  await bucket.update("a", text("new"));
  await bucket.remove(["b"]);

  equal((await files()).length, before.length + 1);
  const secret = await Deno.readTextFile(join(world.folder, "..", "secret"));
  equal(secret, "secret");
});

Deno.test("createSignedUploadUrl() signs what the real server signs, for two hours", async () => {
  await makeBucket("ticket");
  const path = `${ANN}/a.png`;
  const bucket = (await person(ANN)).storage.from("ticket");

  const { data } = await bucket.createSignedUploadUrl(path);

  const { iat = 0, exp = 0, ...claims } = decodeJwt(data?.token ?? "");
  deepEqual(claims, {
    owner: ANN,
    url: `ticket/${path}`,
    upsert: false,
    scope: "upload",
  });
  equal(exp - iat, 7200);
  ok(Math.abs(iat - Date.now() / 1000) < 60);
});

Deno.test("POST /object/upload/sign shows policies what the headers say", async () => {
  await makeBucket("described");
  await world.database.asOwner((sql) =>
    sql.run(`create policy "small pictures with a title" on storage.objects
      for insert to anon with check (bucket_id = 'described'
        and metadata ->> 'mimetype' = 'image/png'
        and (metadata ->> 'contentLength')::int = 0
        and user_metadata ->> 'title' = 'Ann')`)
  );
  async function sign(title: string, type: string): Promise<number> {
    const response = await request("/object/upload/sign/described/a.png", {
      method: "POST",
      headers: {
        apikey: world.keys.publishable,
        "content-type": type,
        "x-metadata": btoa(JSON.stringify({ title })),
      },
    });
    await response.body?.cancel();
    return response.status;
  }

  equal(await sign("Ann", "image/png"), 200);
  equal(await sign("Bob", "image/png"), 400);
  equal(await sign("Ann", "image/gif"), 400);
});

Deno.test("createSignedUploadUrl() obeys row-level security and signs no taken name", async () => {
  await makeBucket("no-ticket");
  const bucket = (await person(ANN)).storage.from("no-ticket");
  await bucket.upload(`${ANN}/taken.txt`, text("hers"));

  const outside = await bucket.createSignedUploadUrl(`${BOB}/a.txt`);
  const taken = await bucket.createSignedUploadUrl(`${ANN}/taken.txt`);

  equal(outside.data, null);
  equal(outside.error?.message, "new row violates row-level security policy");
  equal(taken.data, null);
  equal(taken.error?.message, "The resource already exists");
});

Deno.test("uploadToSignedUrl() stores for the signer, once", async () => {
  await makeBucket("signed");
  const path = `${ANN}/a.png`;
  const signer = (await person(ANN)).storage.from("signed");
  const { data: ticket } = await signer.createSignedUploadUrl(path);
  const token = ticket?.token ?? "";
  const picture = new Blob([PNG], { type: "image/png" });
  const stranger = anon().storage.from("signed");

  const first = await stranger.uploadToSignedUrl(path, token, picture);
  deepEqual(first.data, { path, fullPath: `signed/${path}` });
  const [row] = await rows("signed");
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
  const before = [await rows("signed"), await files()];

  const again = await stranger
    .uploadToSignedUrl(path, token, text("other"), { upsert: true });
  equal(again.error?.message, "The resource already exists");
  ok(again.error !== null && "statusCode" in again.error);
  equal(again.error.statusCode, "409");
  deepEqual([await rows("signed"), await files()], before);
});

Deno.test("uploadToSignedUrl() replaces when the token says so", async () => {
  await makeBucket("signed-upsert");
  const bucket = service().storage.from("signed-upsert");
  await bucket.upload("a.txt", text("old"));
  const upsert = { upsert: true };
  const { data: ticket } = await bucket.createSignedUploadUrl("a.txt", upsert);

  const { error } = await bucket
    .uploadToSignedUrl("a.txt", ticket?.token ?? "", text("new"));

  equal(error, null);
  equal(await (await bucket.download("a.txt")).data?.text(), "new");
});

Deno.test("uploadToSignedUrl() obeys the bucket's limits", async () => {
  await makeBucket("signed-limits", {
    public: false,
    fileSizeLimit: 10,
    allowedMimeTypes: ["text/*"],
  });
  const before = await files();
  const bucket = service().storage.from("signed-limits");
  const { data: ticket } = await bucket.createSignedUploadUrl("a");
  const token = ticket?.token ?? "";

  const long = await bucket.uploadToSignedUrl("a", token, text("12345678901"));
  const html = await bucket
    .uploadToSignedUrl("a", token, text("{}", "application/json"));

  equal(long.error?.message, "The object exceeded the maximum allowed size");
  equal(html.error?.message, "mime type application/json is not supported");
  deepEqual(await rows("signed-limits"), []);
  deepEqual(await files(), before);
});

const UPLOAD = { url: "tokens/a.txt", scope: "upload", upsert: true };
const DOWNLOAD = { url: "tokens/there.txt", scope: "download" };
const BAD_TOKENS: [
  why: string,
  claims: JWTPayload,
  code: string,
  message: string,
  spoil?: (token: string) => string,
][] = [
  [
    "tampered with",
    { ...UPLOAD, ...DOWNLOAD, ...aged(60) },
    "InvalidJWT",
    "signature verification failed",
    (token) => {
      const [header = "", , signature = ""] = token.split(".");
      const claims = {
        url: "tokens/there.txt",
        scope: "download",
        ...aged(60),
      };
      const forged = new TextEncoder().encode(JSON.stringify(claims))
        .toBase64({ alphabet: "base64url", omitPadding: true });
      return [header, forged, signature].join(".");
    },
  ],
  [
    "expired",
    { ...DOWNLOAD, ...aged(-60) },
    "InvalidJWT",
    '"exp" claim timestamp check failed',
  ],
  [
    "no token",
    { ...DOWNLOAD, ...aged(60) },
    "InvalidJWT",
    "Invalid Compact JWS",
    () => "none",
  ],
  [
    "for another object",
    { ...DOWNLOAD, url: "tokens/other.txt", ...aged(60) },
    "InvalidSignature",
    "Invalid signature",
  ],
  [
    "of a person who is signed in",
    { sub: ANN, role: "service_role", ...aged(60) },
    "InvalidSignature",
    "Token is not scoped for download",
  ],
  [
    "for uploads",
    { ...UPLOAD, url: "tokens/there.txt", ...aged(60) },
    "InvalidSignature",
    "Token is not scoped for download",
  ],
];

for (const [why, claims, code, message, spoil] of BAD_TOKENS) {
  Deno.test(`GET /object/sign refuses a token that is ${why}`, async () => {
    await haveTokensBucket();
    const token = await world.keys.sign(claims);

    const response = await request(
      `/object/sign/tokens/there.txt?token=${spoil?.(token) ?? token}`,
    );

    const refusal = await refusalOf(response);
    deepEqual([refusal.status, refusal.statusCode], [400, "400"]);
    deepEqual([refusal.code, refusal.message], [code, message]);
  });
}

const BAD_TICKETS: [why: string, claims: JWTPayload, code: string][] = [
  ["expired", { ...UPLOAD, ...aged(-60) }, "InvalidJWT"],
  ["for downloads", {
    ...UPLOAD,
    scope: "download",
    ...aged(60),
  }, "InvalidSignature"],
  ["for another object", {
    ...UPLOAD,
    url: "tokens/b.txt",
    ...aged(60),
  }, "InvalidSignature"],
  ["for another bucket", {
    ...UPLOAD,
    url: "token/s/a.txt",
    ...aged(60),
  }, "InvalidSignature"],
  ["without an end", UPLOAD, "InvalidSignature"],
];

for (const [why, claims, code] of BAD_TICKETS) {
  Deno.test(`PUT /object/upload/sign refuses a token that is ${why}`, async () => {
    await haveTokensBucket();
    const before = [await rows("tokens"), await files()];
    const token = await world.keys.sign(claims);

    const response = await request(
      `/object/upload/sign/tokens/a.txt?token=${token}`,
      { method: "PUT", body: "not welcome" },
    );

    equal((await refusalOf(response)).code, code);
    deepEqual([await rows("tokens"), await files()], before);
  });
}

async function haveTokensBucket(): Promise<void> {
  const storage = service().storage;
  await storage.createBucket("tokens", { public: false });
  await storage.from("tokens")
    .upload("there.txt", text("there"), { upsert: true });
}

Deno.test("createSignedUrl() lets a stranger read until it expires", async () => {
  await makeBucket("shared");
  const bucket = (await person(ANN)).storage.from("shared");
  const path = `${ANN}/a.txt`;
  await bucket.upload(path, text("hers"));

  const { data } = await bucket.createSignedUrl(path, 90, {
    download: "b c.txt",
  });
  const response = await fetch(data?.signedUrl ?? "");

  equal(await response.text(), "hers");
  const token = new URL(response.url).searchParams.get("token") ?? "";
  const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
  deepEqual(claims, { url: `shared/${path}`, scope: "download" });
  equal(exp - iat, 90);
  equal(response.headers.get("expires"), new Date(exp * 1000).toUTCString());
  equal(response.headers.get("cache-control"), null);
  equal(
    response.headers.get("content-disposition"),
    "attachment; filename=b%20c.txt; filename*=UTF-8''b%20c.txt;",
  );
});

Deno.test("createSignedUrls() signs what there is", async () => {
  await makeBucket("several");
  const bucket = service().storage.from("several");
  await bucket.upload("a.txt", text("a"));

  const { data } = await bucket.createSignedUrls(["a.txt", "b.txt"], 60);
  const [a, b] = data ?? [];

  equal(await (await fetch(a?.signedUrl ?? "")).text(), "a");
  equal(a?.error, null);
  equal(b?.signedUrl, null);
  match(b?.error ?? "", /^Either the object does not exist/);
});

Deno.test("GET /object sends the headers of the real server, and HEAD sends only those", async () => {
  await makeBucket("headers");
  await service().storage.from("headers").upload(
    "page.html",
    text("<script>alert(1)</script>", "text/html;charset=utf-8"),
    { cacheControl: "120" },
  );
  const path = "/object/authenticated/headers/page.html?download=";

  const got = await request(path, { headers: asService() });
  equal(await got.text(), "<script>alert(1)</script>");
  const head = await request(path, { method: "HEAD", headers: asService() });
  equal(await head.text(), "");

  for (const { status, headers } of [got, head]) {
    equal(status, 200);
    equal(headers.get("content-type"), "text/plain");
    equal(headers.get("content-length"), "25");
    equal(headers.get("cache-control"), "max-age=120");
    equal(headers.get("x-robots-tag"), "none");
    equal(headers.get("content-disposition"), "attachment;");
    equal(headers.get("accept-ranges"), null);
    match(headers.get("etag") ?? "", /^"[0-9a-f]{32}"$/);
    match(headers.get("last-modified") ?? "", / GMT$/);
  }
});

Deno.test("GET /object answers 304 to who has it already", async () => {
  await makeBucket("cached");
  await service().storage.from("cached").upload("a.txt", text("a"));
  const first = await request("/object/cached/a.txt", { headers: asService() });
  await first.body?.cancel();
  const etag = first.headers.get("etag") ?? "";

  const known = await request("/object/cached/a.txt", {
    headers: asService({ "if-none-match": `"x", W/${etag}` }),
  });
  const other = await request("/object/cached/a.txt", {
    headers: asService({ "if-none-match": '"x"' }),
  });

  equal(known.status, 304);
  equal(await known.text(), "");
  equal(other.status, 200);
  equal(await other.text(), "a");
});

Deno.test("a public bucket is open to read, by everybody, and to nothing else", async () => {
  await makeBucket("open", { public: true });
  await makeBucket("closed");
  for (const name of ["open", "closed"]) {
    await service().storage.from(name).upload("a.txt", text("a"));
  }
  const { publicUrl } = anon().storage.from("open").getPublicUrl("a.txt").data;

  equal(await (await fetch(publicUrl)).text(), "a");
  equal(await (await request("/object/open/a.txt")).text(), "a");
  equal(
    (await (await request("/object/info/public/open/a.txt")).json()).size,
    1,
  );

  const shut = ["public/closed", "closed", "info/public/closed", "info/closed"];
  for (const route of shut) {
    const refusal = await refusalOf(await request(`/object/${route}/a.txt`));
    equal(refusal.code, "NoSuchBucket", route);
    equal(refusal.status, 400);
  }
  deepEqual((await anon().storage.from("open").list()).data, []);
  deepEqual((await anon().storage.from("open").remove(["a.txt"])).data, []);
  ok((await anon().storage.from("open").upload("b.txt", text("b"))).error);
  equal((await rows("open")).length, 1);
});

Deno.test("info() says what is known of an object", async () => {
  await makeBucket("known");
  const bucket = service().storage.from("known");
  await bucket.upload("a/b.txt", text("hello"), { metadata: { title: "B" } });
  const [row] = await rows("known");

  const { data } = await bucket.info("a/b.txt");

  equal(data?.name, "a/b.txt");
  equal(data?.bucketId, "known");
  equal(data?.size, 5);
  equal(data?.contentType, "text/plain");
  equal(data?.cacheControl, "max-age=3600");
  equal(data?.version, row?.version);
  deepEqual(data?.metadata, { title: "B" });
  equal((await bucket.exists("a/b.txt")).data, true);
});

Deno.test("list() shows files and folders in pages", async () => {
  await makeBucket("shelf");
  const bucket = service().storage.from("shelf");
  for (
    const path of ["b.txt", "a.txt", "a_b.txt", "x/c.txt", "x/y/d.txt", "z/e"]
  ) {
    await bucket.upload(path, text(path));
  }
  async function names(
    ...list: Parameters<typeof bucket.list>
  ): Promise<string[]> {
    const { data } = await bucket.list(...list);
    return (data ?? []).map(({ name, id }) => id === null ? `${name}/` : name);
  }
  const sortBy = { column: "name", order: "desc" };

  deepEqual(await names(), ["x/", "z/", "a.txt", "a_b.txt", "b.txt"]);
  deepEqual(await names("x"), ["y/", "c.txt"]);
  deepEqual(await names("x/"), ["y/", "c.txt"]);
  deepEqual(await names("", { limit: 2 }), ["x/", "z/"]);
  deepEqual(await names("", { limit: 2, offset: 3 }), ["a_b.txt", "b.txt"]);
  deepEqual(await names("", { search: "A" }), ["a.txt", "a_b.txt"]);
  // In LIKE the underscore would stand for any letter.
  deepEqual(await names("", { search: "a_" }), ["a_b.txt"]);
  deepEqual(await names("", { search: "%" }), []);
  deepEqual(await names("", { sortBy }), [
    "z/",
    "x/",
    "b.txt",
    "a_b.txt",
    "a.txt",
  ]);
  deepEqual(
    await names("", { sortBy: { column: "created_at", order: "asc" } }),
    ["x/", "z/", "b.txt", "a.txt", "a_b.txt"],
  );

  const [file] = (await bucket.list("z")).data ?? [];
  equal(file?.metadata?.["size"], 3);
  const refused = await bucket
    .list("", { sortBy: { column: "name; drop table x", order: "asc" } });
  ok(refused.error);
});

Deno.test("remove() returns the rows and deletes the bytes of what one owns", async () => {
  await makeBucket("bin");
  const ann = (await person(ANN)).storage.from("bin");
  const before = await files();
  await ann.upload(`${ANN}/a.txt`, text("a"));
  await ann.upload(`${ANN}/b.txt`, text("b"));
  const full = await files();
  const bob = (await person(BOB)).storage.from("bin");

  deepEqual((await bob.remove([`${ANN}/a.txt`])).data, []);
  deepEqual(await files(), full);
  equal((await rows("bin")).length, 2);

  const { data } = await ann.remove([`${ANN}/a.txt`, `${ANN}/none.txt`]);
  deepEqual(data?.map(({ name }) => name), [`${ANN}/a.txt`]);
  equal((await files()).length, full.length - 1);

  const path = `/object/bin/${ANN}/b.txt`;
  const first = await request(path, { method: "DELETE", headers: asService() });
  deepEqual(await first.json(), { message: "Successfully deleted" });
  const second = await request(path, {
    method: "DELETE",
    headers: asService(),
  });
  equal((await refusalOf(second)).code, "NoSuchKey");
  deepEqual(await files(), before);
});

Deno.test("buckets can be made, read, changed and listed with a secret key", async () => {
  const { storage } = service();

  const made = await storage.createBucket("settings", {
    public: false,
    fileSizeLimit: "20KB",
    allowedMimeTypes: ["image/*"],
  });
  deepEqual(made.data, { name: "settings" });
  const { data: bucket } = await storage.getBucket("settings");
  equal(bucket?.file_size_limit, 20_000);
  deepEqual(bucket?.allowed_mime_types, ["image/*"]);
  equal(bucket?.public, false);

  equal((await storage.updateBucket("settings", { public: true })).error, null);
  const { data: updated } = await storage.getBucket("settings");
  equal(updated?.public, true);
  equal(updated?.file_size_limit, 20_000);
  const listed = await storage.listBuckets({ search: "setti", limit: 1 });
  deepEqual(listed.data?.map(({ id }) => id), ["settings"]);

  const again = await storage.createBucket("settings", { public: false });
  equal(again.error?.message, "The resource already exists");
  const huge = { public: false, fileSizeLimit: MAX_BYTES + 1 };
  const tooLarge = await storage.createBucket("huge", huge);
  equal(
    tooLarge.error?.message,
    "The object exceeded the maximum allowed size",
  );
  const slash = await storage.createBucket("a/b", { public: false });
  equal(slash.error?.message, "Bucket name invalid");
});

Deno.test("buckets obey row-level security", async () => {
  await makeBucket("not-hers");
  const { storage } = await person(ANN);

  const made = await storage.createBucket("hers", { public: true });
  equal(made.error?.message, "new row violates row-level security policy");
  deepEqual((await storage.listBuckets()).data, []);
  equal(
    (await storage.getBucket("not-hers")).error?.message,
    "Bucket not found",
  );
  const updated = await storage.updateBucket("not-hers", { public: true });
  equal(updated.error?.message, "Bucket not found");

  const { data } = await service().storage.getBucket("not-hers");
  equal(data?.public, false);
  ok((await service().storage.getBucket("hers")).error);
});

const STRANGERS: [why: string, headers: HeadersInit, refusal: Refusal][] = [
  ["nobody", {}, {
    status: 400,
    statusCode: "400",
    error: "Error",
    message: "headers must have required property 'authorization'",
    code: "InvalidRequest",
  }],
  ["somebody with a made-up key", { apikey: "sb_secret_guess" }, {
    status: 400,
    statusCode: "403",
    error: "Unauthorized",
    message: "Invalid Compact JWS",
    code: "AccessDenied",
  }],
];

for (const [why, headers, refusal] of STRANGERS) {
  Deno.test(`POST /object refuses ${why}`, async () => {
    await service().storage.createBucket("strangers", { public: true });
    const before = await files();

    const response = await request("/object/strangers/a.txt", {
      method: "POST",
      headers,
      body: "a",
    });

    deepEqual(await refusalOf(response), refusal);
    deepEqual(await rows("strangers"), []);
    deepEqual(await files(), before);
  });
}

Deno.test("a route that is not built is not found", async () => {
  for (const path of ["/object/move", "/object/list-v2/open", "/nothing"]) {
    const response = await request(path, {
      method: "POST",
      headers: asService(),
      body: "{}",
    });

    deepEqual(await response.json(), {
      message: `Route POST:${path} not found`,
      error: "Not Found",
      statusCode: 404,
    });
    equal(response.status, 404);
  }
});

Deno.test("sweepOrphans() removes what a crash left, and nothing else", async () => {
  await makeBucket("swept");
  await service().storage.from("swept").upload("a.txt", text("a"));
  const kept = await files();
  const { folder } = world;
  const orphans = [crypto.randomUUID(), `${crypto.randomUUID()}.part`];
  for (const name of [...orphans, "notes.txt"]) {
    await Deno.writeTextFile(join(folder, name), "left over");
  }

  await sweepOrphans(world);

  deepEqual(await files(), [...kept, "notes.txt"].sort());
  await Deno.remove(join(folder, "notes.txt"));
});

Deno.test("storage.foldername() and its like take a name apart", async () => {
  const [row] = await world.database.asOwner((sql) =>
    sql.query(`select storage.foldername('a/b/c.tar.gz') as folders,
      storage.foldername('c') as none, storage.filename('a/b/c.tar.gz') as file,
      storage.extension('a/b/c.tar.gz') as extension`)
  );

  deepEqual(row, {
    folders: ["a", "b"],
    none: [],
    file: "c.tar.gz",
    extension: "gz",
  });
});
