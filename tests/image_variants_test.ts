/**
 * Pictures of public objects that are kept, made before anybody asks, and gone
 * with their objects.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { testScope } from "../supabase/functions/_shared/testing/scope.ts";
import { readHeader } from "../supabase/functions/image-proxy/header/read.ts";
import { imageUrl } from "../supabase/functions/image-proxy/image_url.ts";
import type { Sources } from "../supabase/functions/image-proxy/sources.ts";
import { type Garden, tend } from "../supabase/functions/image-proxy/tend.ts";
import { VARIANTS_BUCKET } from "../supabase/functions/image-proxy/variants.ts";
import { portsFor } from "../supabase/functions/image-proxy/world.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  ALBUM,
  hang,
  hangPrivately,
  pictureIn,
  SHOP,
} from "./contracts/pictures.ts";
import { signed } from "./contracts/sweeps.ts";
import { startEdited } from "./edited.ts";
import { makePicture } from "./engine/pictures.ts";
import { until } from "./until.ts";
import { startWorld, type World } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const OTHER = await makePicture("WebP", { width: 400, height: 300 });

/** A run of its own: what fails is thrown. */
function gardenOf({ stack }: World): Garden {
  const { url, keys } = stack;
  const config = testConfig(url, {
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
  });
  const opened = portsFor(testScope(config)).garden("run");
  return {
    ...opened,
    alert(error) {
      throw error;
    },
  };
}

/** The names of what is kept of an object. */
async function keptOf({ rows }: World, bucket: string, path: string) {
  const found = await rows<{ name: string }>(
    `select name from storage.objects
     where bucket_id = $1 and name like $2 || '/%' order by name`,
    [VARIANTS_BUCKET, `${bucket}/${path}`],
  );
  return found.map(({ name }) => name);
}

async function changesOf({ rows }: World, path: string) {
  return await rows(
    "select attempts from portico.image_changes where path = $1",
    [path],
  );
}

async function etagOf({ service }: World, path: string): Promise<string> {
  const { data, error } = await service().storage.from(SHOP).info(path);
  if (error) throw error;
  return data.etag ?? "";
}

function thumb({ stack }: World, path: string, etag: string): string {
  const place = { bucket: SHOP, path };
  return imageUrl(stack.url, { place, preset: "thumb", etag });
}

Deno.test("an eager preset is there before anybody asks, where a CDN has it", async () => {
  const path = "eager/my photo.png";
  await hang(world, path);

  const tally = await tend(gardenOf(world));

  const url = thumb(world, path, await etagOf(world, path));
  ok(url.startsWith(`${world.stack.url}/storage/v1/object/public/`), url);
  const response = await fetch(url);
  const header = readHeader(await pictureIn(response, "image/webp"));
  ok(typeof header === "object");
  deepStrictEqual(header.size, { width: 256, height: 256 });
  const control = response.headers.get("cache-control");
  strictEqual(control, "max-age=31536000");
  ok(tally.made >= 1);
  deepStrictEqual(await changesOf(world, path), []);
});

Deno.test("a signed nudge has image-proxy tend, and nobody else has", async () => {
  const path = "nudged.png";
  await hang(world, path);
  const place = behindGateway(world, "image-proxy");
  const post = (headers: Record<string, string>, name = "image-proxy/tend") =>
    place.call("/tend", {
      method: "POST",
      body: JSON.stringify({ function: name }),
      headers: { "content-type": "application/json", ...headers },
    });
  const { webhookSecret, secret } = world.stack.keys;
  const body = JSON.stringify({ function: "image-proxy/tend" });
  const sweeps = JSON.stringify({ function: "sweep" });

  const nobody = await post({});
  const key = await post({ apikey: secret });
  const foreign = await post(signed(webhookSecret, { body: sweeps }), "sweep");
  deepStrictEqual(await keptOf(world, SHOP, path), []);
  const nudged = await post(signed(webhookSecret, { body }));

  for (const it of [nobody, key]) {
    await assertProblem(it, { status: 401, title: "Unauthenticated" });
  }
  const title = "Webhook signature not valid";
  await assertProblem(foreign, { status: 401, title });
  strictEqual(nudged.status, 202);
  await nudged.body?.cancel();
  await until(async () => (await keptOf(world, SHOP, path)).length === 1);
});

Deno.test("a picture goes with its object", async () => {
  const path = "gone.png";
  await hang(world, path);
  await tend(gardenOf(world));
  const url = thumb(world, path, await etagOf(world, path));
  strictEqual((await keptOf(world, SHOP, path)).length, 1);

  await world.service().storage.from(SHOP).remove([path]);
  await tend(gardenOf(world));

  deepStrictEqual(await keptOf(world, SHOP, path), []);
  const response = await fetch(url);
  await response.body?.cancel();
  strictEqual(response.ok, false);
});

Deno.test("an object that is replaced has pictures of what it is now", async () => {
  const path = "replaced.png";
  await hang(world, path);
  await tend(gardenOf(world));
  const [before = ""] = await keptOf(world, SHOP, path);

  await hang(world, path, OTHER);
  await tend(gardenOf(world));

  const after = await keptOf(world, SHOP, path);
  strictEqual(after.length, 1);
  ok(after[0] !== before);
  const response = await fetch(thumb(world, path, await etagOf(world, path)));
  await pictureIn(response, "image/webp");
});

Deno.test("an object that is moved has its pictures at its new place", async () => {
  await hang(world, "from.png");
  await tend(gardenOf(world));

  await world.service().storage.from(SHOP).move("from.png", "to.png");
  await tend(gardenOf(world));

  deepStrictEqual(await keptOf(world, SHOP, "from.png"), []);
  strictEqual((await keptOf(world, SHOP, "to.png")).length, 1);
});

Deno.test("an object whose path is another's folder keeps what is the other's", async () => {
  await hang(world, "folder");
  await hang(world, "folder/inside.png");
  await tend(gardenOf(world));

  await world.service().storage.from(SHOP).remove(["folder"]);
  await tend(gardenOf(world));

  const kept = await keptOf(world, SHOP, "folder");
  strictEqual(kept.length, 1);
  ok(kept[0]?.startsWith(`${SHOP}/folder/inside.png/`));
});

Deno.test("I17 nothing of a private image is kept", async () => {
  const { path, headers } = await hangPrivately(world);
  const place = behindGateway(world, "image-proxy");

  await tend(gardenOf(world));
  const response = await place.call(
    `/authenticated/${ALBUM}/${path}?preset=thumb`,
    { headers },
  );

  await pictureIn(response, "image/webp");
  deepStrictEqual(await changesOf(world, path), []);
  deepStrictEqual(await keptOf(world, ALBUM, path), []);
});

Deno.test("I17 a bucket that becomes private loses what was kept of it", async () => {
  const { storage } = world.service();
  await storage.createBucket("closing", { public: true });
  const body = new Blob([Uint8Array.from(OTHER)], { type: "image/webp" });
  await storage.from("closing").upload("a.webp", body);
  await tend(gardenOf(world));
  strictEqual((await keptOf(world, "closing", "a.webp")).length, 1);

  await storage.updateBucket("closing", { public: false });
  await tend(gardenOf(world));

  deepStrictEqual(await keptOf(world, "closing", "a.webp"), []);
});

const NOT_PICTURES: [why: string, type: string, bytes: Uint8Array][] = [
  ["what is no image", "text/plain", OTHER],
  ["what only says it is one", "image/png", new TextEncoder().encode("<svg>")],
  ["an image that breaks off", "image/webp", OTHER.subarray(0, 900)],
];

for (const [why, type, bytes] of NOT_PICTURES) {
  Deno.test(`${why} has no pictures, and is not tried again`, async () => {
    const path = crypto.randomUUID();
    const { storage } = world.service();
    await storage.createBucket(SHOP, { public: true });
    const body = new Blob([Uint8Array.from(bytes)], { type });
    await storage.from(SHOP).upload(path, body);

    await tend(gardenOf(world));

    deepStrictEqual(await keptOf(world, SHOP, path), []);
    deepStrictEqual(await changesOf(world, path), []);
  });
}

Deno.test("a preset that is asked for is kept, and not made again", async () => {
  const path = "first.png";
  await hang(world, path);
  const place = behindGateway(world, "image-proxy");
  const url = `/public/${SHOP}/${path}?preset=card`;
  const headers = { accept: "image/webp" };

  const first = await place.call(url, { headers });
  const made = await pictureIn(first, "image/webp");
  await until(async () => (await keptOf(world, SHOP, path)).length === 1);
  const second = await place.call(url, { headers });
  const other = await place.call(url);

  deepStrictEqual(await pictureIn(second, "image/webp"), made);
  await pictureIn(other, "image/png");
  const timing = (it: Response) => it.headers.get("server-timing") ?? "";
  ok(timing(first).includes("decode"));
  strictEqual(timing(second).includes("decode"), false);
  ok(timing(other).includes("decode"));
  strictEqual(second.headers.get("etag"), first.headers.get("etag"));
  // It is remembered that somebody has asked for it.
  await until(async () => {
    const uses = await world.rows(
      "select from portico.variant_uses where name like $1 || '%'",
      [`${SHOP}/${path}/`],
    );
    return uses.length === 1;
  });
});

Deno.test("a size of the ladder is not kept", async () => {
  const path = "ladder.png";
  await hang(world, path);
  const place = behindGateway(world, "image-proxy");

  const response = await place.call(`/public/${SHOP}/${path}?width=64`);
  await pictureIn(response, "image/png");
  await tend(gardenOf(world));

  // The eager one alone.
  strictEqual((await keptOf(world, SHOP, path)).length, 1);
});

Deno.test("nobody but the service writes where pictures are kept", async () => {
  const { client } = await world.newPerson();
  const body = new Blob([Uint8Array.from(OTHER)], { type: "image/webp" });

  for (const { storage } of [client, world.anyone()]) {
    const bucket = storage.from(VARIANTS_BUCKET);
    const { error } = await bucket.upload(`${SHOP}/a/b/c`, body);
    ok(error !== null);
  }

  deepStrictEqual(await keptOf(world, SHOP, "a"), []);
});

/** The same garden, but what is done after so many steps is not. */
function cutOff(garden: Garden, steps: number): Garden {
  let left = steps;
  const cut = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...given: unknown[]) => {
          if (left-- <= 0) throw new Error("killed");
          return Reflect.apply(method, target, given);
        };
      },
    });
  const { changes, variants, studio, alert } = garden;
  return {
    changes: cut(changes),
    variants: cut(variants),
    studio: { ...studio, sources: () => cut(studio.sources()) },
    alert,
  };
}

Deno.test("a run that is killed after any step is made good by the next", async () => {
  const path = "killed.png";
  for (let steps = 0; steps < 7; steps++) {
    await hang(world, path, steps % 2 === 0 ? OTHER : undefined);

    await rejects(tend(cutOff(gardenOf(world), steps)), /killed/);
    // What it had claimed is due again in a minute.
    await world.rows("update portico.image_changes set due_at = now()");
    await tend(gardenOf(world));

    const etag = await etagOf(world, path);
    const kept = await keptOf(world, SHOP, path);
    strictEqual(kept.length, 1, `${steps}`);
    ok(kept[0]?.includes(`/${etag.replaceAll('"', "")}/`), `${steps}`);
    deepStrictEqual(await changesOf(world, path), [], `${steps}`);
  }
});

Deno.test("two runs at once do what one does", async () => {
  const paths = Array.from({ length: 6 }, (_, at) => `both/${at}.png`);
  for (const path of paths) await hang(world, path, OTHER);

  const tallies = await Promise.all([
    tend(gardenOf(world)),
    tend(gardenOf(world)),
  ]);

  strictEqual(tallies.reduce((sum, { made }) => sum + made, 0), paths.length);
  for (const path of paths) {
    strictEqual((await keptOf(world, SHOP, path)).length, 1);
  }
});

Deno.test("an object that changes while it is worked on is worked on again", async () => {
  const path = "meanwhile.png";
  await hang(world, path);
  const garden = gardenOf(world);
  const { studio } = garden;
  let isFirst = true;
  const sources = (): Sources => {
    const { look, read } = studio.sources();
    return {
      look,
      async read(...given) {
        const source = await read(...given);
        if (isFirst) await hang(world, path, OTHER);
        isFirst = false;
        return source;
      },
    };
  };
  const busy: Garden = { ...garden, studio: { ...studio, sources } };

  await tend(busy);
  await tend(garden);

  const kept = await keptOf(world, SHOP, path);
  const etag = (await etagOf(world, path)).replaceAll('"', "");
  ok(kept.some((name) => name.includes(`/${etag}/`)));
  strictEqual(kept.length, 1);
});

/** In bytes: for one or two of these pictures. */
const ROOM = 120_000;

Deno.test("what there is no room for goes, least recently used first", async () => {
  await using small = await startEdited({
    "migrations/20260101000700_variants.sql": [["1073741824", String(ROOM)]],
  });
  const place = behindGateway(small, "image-proxy");
  await hang(small, "a.png");
  const sizes: [preset: string, dpr: number][] = [
    ["card", 1],
    ["card", 2],
    ["avatar", 1],
    ["avatar", 3],
  ];
  for (const [preset, dpr] of sizes) {
    const url = `/public/${SHOP}/a.png?preset=${preset}&dpr=${dpr}`;
    await pictureIn(await place.call(url), "image/png");
  }
  const all = await until(async () => {
    const kept = await keptOf(small, SHOP, "a.png");
    return kept.length === sizes.length && kept;
  });
  // The first that was made is the last that was asked for.
  const [used = ""] = all.filter((name) => name.includes("/card-1x-"));
  await small.rows(
    `insert into portico.variant_uses values ($1, current_date + 1)
     on conflict (name) do update set used_on = excluded.used_on`,
    [used],
  );

  await tend(gardenOf(small));

  const left = await keptOf(small, SHOP, "a.png");
  ok(left.some((name) => name.includes("/eager-thumb-")));
  ok(left.includes(used));
  ok(left.length < all.length + 1);
  const [{ bytes = 0 } = {}] = await small.rows<{ bytes: number }>(
    `select sum((metadata ->> 'size')::int)::int as bytes from storage.objects
     where bucket_id = $1 and name not like '%/eager-%'`,
    [VARIANTS_BUCKET],
  );
  ok(bytes > 0 && bytes <= ROOM, `${bytes}`);
});

Deno.test("who asks is sent to what is kept, if the policy says so", async () => {
  await using sending = await startEdited({
    "functions/image-proxy/policy.ts": [[
      "redirects: false",
      "redirects: true",
    ]],
  });
  await hang(sending, "a b.png");
  await tend(gardenOf(sending));
  const place = behindGateway(sending, "image-proxy");
  const url = `/public/${SHOP}/a%20b.png?preset=thumb`;
  const manual = { redirect: "manual" } as const;

  const sent = await place.call(url, manual);
  const saved = await place.call(`${url}&download=`, manual);
  const other = await place.call(`/public/${SHOP}/a%20b.png?width=64`, manual);

  strictEqual(sent.status, 302);
  const location = sent.headers.get("location") ?? "";
  strictEqual(
    location,
    thumb(sending, "a b.png", await etagOf(sending, "a b.png")),
  );
  strictEqual(sent.headers.get("cache-control"), "public, max-age=600");
  await sent.body?.cancel();
  await pictureIn(await fetch(location), "image/webp");
  await pictureIn(saved, "image/webp");
  await pictureIn(other, "image/png");
});

Deno.test("a picture is shown though nothing can be kept", async () => {
  await using broken = await startEdited({});
  await hang(broken, "a.png");
  await broken.service().storage.emptyBucket(VARIANTS_BUCKET);
  await broken.service().storage.deleteBucket(VARIANTS_BUCKET);
  const place = behindGateway(broken, "image-proxy");

  const response = await place.call(`/public/${SHOP}/a.png?preset=avatar`);

  await pictureIn(response, "image/png");
});

Deno.test("what nobody has tended for a month is forgotten", async () => {
  await hang(world, "forgotten.png");
  await hang(world, "recent.png");
  await world.rows(
    `update portico.image_changes
     set changed_at = now() - interval '31 days' where path = 'forgotten.png'`,
  );
  const response = await behindGateway(world, "sweep").call("", {
    method: "POST",
    body: JSON.stringify({ tasks: ["image_changes"] }),
    headers: {
      "content-type": "application/json",
      apikey: world.stack.keys.secret,
    },
  });
  await response.body?.cancel();

  strictEqual(response.status, 200);
  deepStrictEqual(await changesOf(world, "forgotten.png"), []);
  strictEqual((await changesOf(world, "recent.png")).length, 1);
});
