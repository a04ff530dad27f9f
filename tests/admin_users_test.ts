/**
 * What `admin-users` does for a back office: over HTTP, through supabase-js,
 * against what Auth and Postgres say afterwards.
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
import { TOKEN_LIFETIME_S } from "../supabase/functions/admin-users/policy.ts";
import {
  accountOf,
  askAsServer,
  hire,
  type Member,
  nudgeWork,
  writtenOf,
} from "./admin/office.ts";
import { until } from "./until.ts";
import { connect, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const owner = await hire(world, "owner");
const admin = await hire(world, "admin");
const support = await hire(world, "support");

async function bodyOf(response: Response, status = 200) {
  const text = await response.text();
  strictEqual(response.status, status, text);
  return JSON.parse(text);
}

/** Whether somebody can sign in with this. */
async function signsIn(email: string, password: string): Promise<boolean> {
  const client = connect(world.stack.url, world.stack.keys.publishable);
  const { error } = await client.auth.signInWithPassword({ email, password });
  return error === null;
}

/** Whether a session still gets new tokens. */
async function isRenewed({ client }: Pick<Member, "client">): Promise<boolean> {
  const { error } = await client.auth.refreshSession();
  return error === null;
}

Deno.test("a back office calls it by functions.invoke", async () => {
  const { data, error } = await admin.client.functions.invoke("admin-users", {
    body: { action: "get", id: admin.id },
  });

  strictEqual(error, null);
  strictEqual(data.user.email, admin.email);
  strictEqual(data.user.role, "admin");
  deepStrictEqual(data.factors.map((it: { type: string }) => it.type), [
    "totp",
  ]);
  strictEqual(data.identities.length, 1);
  ok(data.sessions.length >= 1);
  deepStrictEqual(data.stored, []);
});

Deno.test("get shows what somebody keeps in Storage", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  await world.rows(
    `insert into storage.buckets (id, name) values ('kept', 'kept')
     on conflict do nothing`,
  );
  await world.rows(
    `insert into storage.objects (bucket_id, name, owner_id, metadata)
     values ('kept', $1, $2, '{"size": 7}'), ('kept', $3, $2, '{"size": 5}')`,
    [crypto.randomUUID(), person.id, crypto.randomUUID()],
  );

  const { stored } = await bodyOf(
    await support.ask({ action: "get", id: person.id }),
  );

  deepStrictEqual(stored, [{ bucket: "kept", objects: 2, bytes: 12 }]);
});

Deno.test("create makes an account that can be signed in to, with its role", async () => {
  const email = `${crypto.randomUUID()}@EXAMPLE.com`;
  const password = crypto.randomUUID();

  const response = await admin.ask({
    action: "create",
    email: ` ${email} `,
    password,
    emailConfirmed: true,
    role: "support",
    userMetadata: { full_name: "Ada" },
    reason: "our new colleague",
  });

  const { user } = await bodyOf(response, 201);
  strictEqual(response.headers.get("cache-control"), "no-store");
  strictEqual(user.email, email.toLowerCase());
  strictEqual(user.role, "support");
  strictEqual(user.userMetadata.full_name, "Ada");
  ok(await signsIn(email, password));
  const requestId = response.headers.get("x-request-id") ?? "";
  deepStrictEqual(
    await writtenOf(world, user.id),
    [{
      action: "create",
      actor: admin.id,
      key: null,
      role: "admin",
      target: user.id,
      fields: ["email", "emailConfirmed", "password", "role", "userMetadata"],
      reason: "our new colleague",
      request: requestId,
      result: "done",
      detail: null,
    }].map((it) => ({ ...it, fields: it.fields })),
  );
});

Deno.test("ban ends sessions at once, and says how long tokens live", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  const before = Date.now();

  const body = await bodyOf(
    await support.ask({ action: "ban", id: person.id, days: 3 }, {}),
  );

  strictEqual(body.user.state, "banned");
  const days = (Date.parse(body.user.bannedUntil) - before) / 86_400_000;
  ok(days > 2.99 && days < 3.01, `${days}`);
  strictEqual(body.sessionsEnded, 2);
  const lifeMs = Date.parse(body.tokensEndBy) - before;
  ok(lifeMs > 3_590_000 && lifeMs < 3_620_000, `${lifeMs}`);
  strictEqual(await isRenewed(person), false);
  strictEqual(await signsIn(person.email, person.password), false);
});

Deno.test("unban lets somebody sign in again", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  await bodyOf(await admin.ask({ action: "ban", id: person.id, days: 3 }));

  const { user } = await bodyOf(
    await admin.ask({ action: "unban", id: person.id }),
  );

  strictEqual(user.state, "active");
  strictEqual(user.bannedUntil, null);
  ok(await signsIn(person.email, person.password));
});

Deno.test("signOut ends all sessions of somebody, and nobody else's", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  const other = await hire(world, null, { hasSecondFactor: false });

  const { sessionsEnded } = await bodyOf(
    await support.ask({ action: "signOut", id: person.id }),
  );

  strictEqual(sessionsEnded, 2);
  strictEqual(await isRenewed(person), false);
  strictEqual(await isRenewed(other), true);
  ok(await signsIn(person.email, person.password));
});

Deno.test("update changes what is named, and nothing else", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });

  const { user } = await bodyOf(
    await support.ask({
      action: "update",
      id: person.id,
      userMetadata: { full_name: "Ada", plan: null },
    }),
  );

  strictEqual(user.userMetadata.full_name, "Ada");
  strictEqual(user.email, person.email);
  ok(await isRenewed(person));
});

Deno.test("update with a password signs out who has the account", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  const password = crypto.randomUUID();

  await bodyOf(
    await admin.ask({ action: "update", id: person.id, password }),
  );

  strictEqual(await isRenewed(person), false);
  strictEqual(await signsIn(person.email, person.password), false);
  ok(await signsIn(person.email, password));
});

Deno.test("an invitation is followed from the mailbox to a signed-in user", async () => {
  const email = `${crypto.randomUUID()}@example.com`;

  const { user } = await bodyOf(
    await support.ask({ action: "invite", email }),
    201,
  );

  strictEqual(user.email, email);
  strictEqual(user.state, "unconfirmed");
  const mails = await fetch(
    `${world.stack.url}/mailbox?to=${encodeURIComponent(email)}`,
    { headers: { accept: "application/json" } },
  );
  const [mail] = await mails.json();
  const landed = await fetch(mail.link, { redirect: "manual" });
  await landed.body?.cancel();
  const { hash } = new URL(landed.headers.get("location") ?? "");
  const token = new URLSearchParams(hash.slice(1)).get("access_token");
  const { data } = await world.anyone().auth.getUser(token ?? "");
  strictEqual(data.user?.id, user.id);
  const [written] = await writtenOf(world, user.id);
  strictEqual(written?.action, "invite");
  strictEqual(written?.result, "done");
});

Deno.test("D10 link signs its holder in, and is written down without itself", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });

  const response = await admin.ask({
    action: "link",
    type: "magiclink",
    id: person.id,
    reason: "lost their mail",
  });

  const { link } = await bodyOf(response);
  strictEqual(response.headers.get("cache-control"), "no-store");
  const { data } = await world.anyone().auth
    .verifyOtp({ type: "magiclink", token_hash: link.hashedToken });
  strictEqual(data.user?.id, person.id);
  const trail = JSON.stringify([
    await world.rows("select * from portico.audit"),
    await world.rows("select * from portico.open_intents"),
    world.lines,
  ]);
  for (const secret of [link.hashedToken, link.otp, link.url]) {
    ok(secret.length >= 6);
    strictEqual(trail.includes(secret), false);
  }
});

for (const type of ["invite", "signup"]) {
  Deno.test(`link makes an account for a link of type ${type}, and mails nobody`, async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const secret = type === "signup" ? { password: crypto.randomUUID() } : {};

    const { user, link } = await bodyOf(
      await support.ask({ action: "link", type, email, ...secret }),
      201,
    );
    const again = await support.ask({ action: "link", type, email, ...secret });

    strictEqual(user.email, email);
    strictEqual(user.state, "unconfirmed");
    strictEqual((await bodyOf(again, 409)).code, "account_exists");
    const { data } = await world.anyone().auth
      .verifyOtp({ type: link.type, token_hash: link.hashedToken });
    strictEqual(data.user?.id, user.id);
    const mails = await fetch(`${world.stack.url}/mailbox?to=${email}`, {
      headers: { accept: "application/json" },
    });
    deepStrictEqual(await mails.json(), []);
    const [written] = await writtenOf(world, user.id);
    deepStrictEqual(written?.fields, [type]);
    strictEqual(written?.result, "done");
  });
}

Deno.test("a link to change an address is for who has the account", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  const newEmail = `${crypto.randomUUID()}@example.com`;
  const wanted = { action: "link", id: person.id, newEmail };

  for (const type of ["email_change_current", "email_change_new"]) {
    const { link } = await bodyOf(await admin.ask({ ...wanted, type }));
    const { error } = await world.anyone().auth
      .verifyOtp({ type: "email_change", token_hash: link.hashedToken });
    strictEqual(error, null);
  }

  const { user } = await bodyOf(
    await admin.ask({ action: "get", id: person.id }),
  );
  strictEqual(user.email, newEmail);
});

/** The mails that somebody has got about what was done to their account. */
async function noticesTo(email: string): Promise<string[]> {
  const response = await fetch(
    `${world.stack.url}/mailbox?to=${encodeURIComponent(email)}`,
    { headers: { accept: "application/json" } },
  );
  const mails: { kind: string; subject: string }[] = await response.json();
  return mails.filter(({ kind }) => kind === "notice")
    .map(({ subject }) => subject);
}

Deno.test("who has an account learns at its old address that it was taken over", async () => {
  const acts = [
    { action: "update", email: `${crypto.randomUUID()}@example.com` },
    { action: "update", password: crypto.randomUUID() },
    { action: "link", type: "recovery" },
  ];

  for (const act of acts) {
    const person = await hire(world, null, { hasSecondFactor: false });
    await bodyOf(await admin.ask({ ...act, id: person.id }));
    const others = await world.rows("select from portico.notices");
    await nudgeWork(world);

    const notices = await until(async () => {
      const found = await noticesTo(person.email);
      return found.length > 0 ? found : undefined;
    });
    strictEqual(notices.length, 1);
    ok(others.length >= 1);
    await until(async () =>
      (await world.rows("select from portico.notices")).length === 0
    );
  }
});

Deno.test("who is banned or signed out is not told by us", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });

  await bodyOf(await admin.ask({ action: "signOut", id: person.id }));
  await bodyOf(await admin.ask({ action: "ban", id: person.id, days: 1 }));

  const notices = await world.rows(
    `select from portico.notices join portico.audit on n = notices.intent
     where target = $1`,
    [person.id],
  );
  deepStrictEqual(notices, []);
});

Deno.test("deleteFactor removes a factor, and ends the sessions that it let in", async () => {
  const person = await hire(world, null);
  const { factors } = await bodyOf(
    await admin.ask({ action: "factors", id: person.id }),
  );

  await bodyOf(
    await admin.ask({
      action: "deleteFactor",
      id: person.id,
      factorId: factors[0].id,
    }),
  );

  const after = await bodyOf(
    await admin.ask({ action: "factors", id: person.id }),
  );
  deepStrictEqual(after, { factors: [], passkeys: [] });
  strictEqual(await isRenewed(person), false);
});

Deno.test("a removal that is only tried lists what would go, and removes nothing", async () => {
  const person = await hire(world, null);
  await world.rows(
    `create table if not exists public.orders (
       id int generated always as identity,
       buyer uuid references auth.users on delete set null)`,
  );
  await world.rows("insert into public.orders (buyer) values ($1), ($1)", [
    person.id,
  ]);
  // Of which one is bound to another, and one to itself.
  await world.rows(
    `create table public.posts (
       id int primary key,
       author uuid references auth.users on delete cascade,
       answers int references public.posts on delete cascade)`,
  );
  await world.rows(
    `create table public.likes (
       post int references public.posts on delete cascade)`,
  );
  await world.rows(
    `insert into public.posts values (1, $1, 1), (2, null, 1), (3, null, null)`,
    [person.id],
  );
  await world.rows("insert into public.likes values (1), (1), (2), (3)");
  const before = await accountOf(world, person.id);

  const { rows, user } = await bodyOf(
    await admin.ask({
      action: "delete",
      id: person.id,
      mode: "hard",
      dryRun: true,
    }),
  );

  strictEqual(user.id, person.id);
  const name = "public.orders";
  const orders = rows.find((it: { table: string }) => it.table === name);
  deepStrictEqual(orders, {
    table: name,
    column: "buyer",
    rows: 2,
    then: "cleared",
  });
  const posts = rows.filter((it: { table: string }) =>
    it.table.startsWith("public.") && it.table !== name
  );
  deepStrictEqual(posts, [
    { table: "public.posts", column: "author", rows: 1, then: "deleted" },
    { table: "public.likes", column: "post", rows: 2, then: "deleted" },
    { table: "public.posts", column: "answers", rows: 2, then: "deleted" },
    { table: "public.likes", column: "post", rows: 3, then: "deleted" },
  ]);
  deepStrictEqual(await accountOf(world, person.id), before);
  deepStrictEqual(await writtenOf(world, person.id), []);
});

Deno.test("a hard deletion leaves nothing, and a soft one nothing that says who it was", async () => {
  const gone = await hire(world, null, { hasSecondFactor: false });
  const blank = await hire(world, null, { hasSecondFactor: false });

  const hard = await bodyOf(
    await admin.ask({ action: "delete", id: gone.id, mode: "hard" }),
  );
  const soft = await bodyOf(
    await admin.ask({ action: "delete", id: blank.id, mode: "soft" }),
  );

  strictEqual(hard.user, null);
  strictEqual(await accountOf(world, gone.id), undefined);
  strictEqual(soft.user.state, "deleted");
  strictEqual(soft.canBeUndone, false);
  const left = JSON.stringify(await accountOf(world, blank.id));
  strictEqual(left.includes(blank.email), false);
  strictEqual(await isRenewed(blank), false);
});

/** Somebody with files of theirs in two buckets. */
async function collector(): Promise<Member & { readonly paths: string[] }> {
  const person = await hire(world, null, { hasSecondFactor: false });
  const paths: string[] = [];
  for (const bucket of ["shelf", "drawer"]) {
    await world.service().storage.createBucket(bucket);
    for (const name of ["a.txt", "b.txt"]) {
      const path = `${person.id}/${name}`;
      const { error } = await world.service().storage.from(bucket)
        .upload(path, new Blob(["text"]));
      strictEqual(error, null);
      paths.push(`${bucket}/${path}`);
    }
  }
  await world.rows(
    "update storage.objects set owner_id = $1 where name like $1 || '%'",
    [person.id],
  );
  return { ...person, paths };
}

/** Of these objects, those that there are, with their owners. */
async function objectsAt(paths: readonly string[]) {
  return await world.rows<{ owner: string | null }>(
    `select owner_id as owner from storage.objects
     where bucket_id || '/' || name = any ($1)`,
    [paths],
  );
}

Deno.test("delete keeps objects, removes them, or hands them over", async () => {
  const keeps = await collector();
  const clears = await collector();
  const leaves = await collector();
  const heir = await hire(world, null, { hasSecondFactor: false });
  const removal = (id: string, more: object) =>
    admin.ask({ action: "delete", id, mode: "hard", ...more });
  const before = await world.files();

  await bodyOf(await removal(keeps.id, {}));
  const cleared = await bodyOf(
    await removal(clears.id, { objects: "delete" }),
  );
  const left = await bodyOf(
    await removal(leaves.id, { objects: { to: heir.id } }),
  );

  strictEqual((await objectsAt(keeps.paths)).length, 4);
  strictEqual(cleared.objectsRemoved, 4);
  deepStrictEqual(await objectsAt(clears.paths), []);
  strictEqual(await world.files(), before - 4);
  strictEqual(left.objectsHanded, 4);
  const owners = (await objectsAt(leaves.paths)).map(({ owner }) => owner);
  deepStrictEqual(owners, Array(4).fill(heir.id));
});

Deno.test("delete hands nothing to nobody", async () => {
  const leaves = await collector();

  const response = await admin.ask({
    action: "delete",
    id: leaves.id,
    mode: "hard",
    objects: { to: crypto.randomUUID() },
  });

  strictEqual((await bodyOf(response, 409)).code, "heir_not_found");
  ok(await accountOf(world, leaves.id) !== undefined);
  const owners = (await objectsAt(leaves.paths)).map(({ owner }) => owner);
  deepStrictEqual(owners, Array(4).fill(leaves.id));
});

Deno.test("a server acts with its key, by the role that the policy gives it", async () => {
  const { rows } = await bodyOf(
    await askAsServer(world, { action: "audit", perPage: 1 }),
  );
  const refused = await askAsServer(world, {
    action: "ban",
    id: owner.id,
    days: 1,
  });

  strictEqual(rows.length, 1);
  strictEqual((await bodyOf(refused, 403)).code, "out_of_reach");
  const [written] = await writtenOf(world, owner.id);
  strictEqual(written?.key, "default");
  strictEqual(written?.actor, null);
  strictEqual(written?.result, "refused");
});

Deno.test("audit is filtered and paged, the newest first", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  for (const days of [1, 2, 3]) {
    await bodyOf(await admin.ask({ action: "ban", id: person.id, days }));
  }
  const wanted = { action: "audit", target: person.id, perPage: 2 };

  const first = await bodyOf(await admin.ask(wanted));
  const second = await bodyOf(
    await admin.ask({ ...wanted, before: first.next }),
  );
  const others = await bodyOf(await admin.ask({ ...wanted, did: "delete" }));

  deepStrictEqual(
    [first.rows.length, second.rows.length, second.next],
    [2, 1, null],
  );
  const ids = [...first.rows, ...second.rows].map((it) => it.id);
  deepStrictEqual(ids, ids.toSorted((a, b) => b - a));
  strictEqual(first.rows[0].email, person.email);
  deepStrictEqual(others.rows, []);
});

Deno.test("list finds people by each of its filters", async () => {
  const name = `O'Neil 100%_\\ ${crypto.randomUUID()}`;
  const person = await hire(world, null, { hasSecondFactor: false });
  await bodyOf(
    await admin.ask({
      action: "update",
      id: person.id,
      userMetadata: { full_name: name },
    }),
  );
  const at = new Date(Date.now() - 60_000).toISOString();
  const later = new Date(Date.now() + 60_000).toISOString();
  const filters: [filter: Record<string, unknown>, isFound: boolean][] = [
    [{ email: person.email.toUpperCase() }, true],
    [{ email: "_".repeat(36) }, false],
    [{ name: name.toLowerCase() }, true],
    [{ name: "O'Neil 100_%" }, false],
    [{ email: person.email, role: null }, true],
    [{ email: person.email, role: "admin" }, false],
    [{ email: person.email, provider: "email" }, true],
    [{ email: person.email, provider: "google" }, false],
    [{ email: person.email, state: "active" }, true],
    [{ email: person.email, state: "banned" }, false],
    [{ email: person.email, createdFrom: at, createdTo: later }, true],
    [{ email: person.email, createdFrom: later }, false],
    [{ email: person.email, createdTo: at }, false],
    [{ email: person.email, signedInFrom: at, signedInTo: later }, true],
    [{ email: person.email, signedInTo: at }, false],
  ];

  for (const [filter, isFound] of filters) {
    const { users, total } = await bodyOf(
      await support.ask({ action: "list", ...filter }),
    );
    const ids = users.map((it: { id: string }) => it.id);
    strictEqual(ids.includes(person.id), isFound, JSON.stringify(filter));
    strictEqual(total, isFound ? 1 : 0, JSON.stringify(filter));
  }
});

Deno.test("list shows everybody once, by pages and by cursor, in any order", async () => {
  const prefix = crypto.randomUUID().slice(0, 8);
  await world.rows(
    `insert into auth.users (id, email, created_at, last_sign_in_at)
     select gen_random_uuid(), $1 || n || '@example.com',
       now() - (n % 7) * interval '1 day',
       case when n % 3 = 0 then now() - (n % 5) * interval '1 hour' end
     from generate_series(1, 45) as n`,
    [prefix],
  );
  const by = { action: "list", email: prefix, perPage: 4 };

  for (const sort of ["createdAt", "lastSignInAt", "email"]) {
    for (const order of ["asc", "desc"]) {
      const paged: string[] = [];
      const walked: string[] = [];
      for (let page = 1; page <= 12; page++) {
        const { users, total } = await bodyOf(
          await askAsServer(world, { ...by, sort, order, page }),
        );
        strictEqual(total, 45);
        paged.push(...users.map((it: { id: string }) => it.id));
      }
      let cursor: string | undefined;
      do {
        const { users, next } = await bodyOf(
          await askAsServer(world, { ...by, sort, order, cursor }),
        );
        walked.push(...users.map((it: { id: string }) => it.id));
        cursor = next ?? undefined;
      } while (cursor !== undefined);

      strictEqual(new Set(paged).size, 45, `${sort} ${order}`);
      deepStrictEqual(walked, paged);
    }
  }
});

Deno.test("list shows each of 10,000 people once, while others come", async () => {
  const suffix = `${crypto.randomUUID().slice(0, 8)}.example`;
  const grow = (count: number) =>
    world.rows<{ id: string }>(
      `insert into auth.users (id, email, created_at)
       select id, id || '@' || $1, clock_timestamp()
       from (select gen_random_uuid() as id from generate_series(1, $2)) as it
       returning id`,
      [suffix, count],
    );
  const before = (await grow(10_000)).map(({ id }) => id).sort();
  const by = { action: "list", email: suffix, perPage: 200 };
  const paged: string[] = [];
  const walked: string[] = [];
  const told = async (rest: object) => {
    const { users, next } = await bodyOf(
      await askAsServer(world, { ...by, ...rest }),
    );
    return { ids: users.map(({ id }: { id: string }) => id), next };
  };
  for (let page = 1;; page++) {
    const { ids, next } = await told({ order: "asc", page });
    paged.push(...ids);
    if (next === null) break;
    if (page % 10 === 0) await grow(3);
  }
  let cursor: string | undefined;
  do {
    const { ids, next } = await told({ cursor });
    walked.push(...ids);
    cursor = next ?? undefined;
    await grow(3);
  } while (cursor !== undefined);

  for (const seen of [paged, walked]) {
    strictEqual(new Set(seen).size, seen.length);
    const known = new Set(before);
    deepStrictEqual(seen.filter((it) => known.has(it)).sort(), before);
  }
});

Deno.test("an owner administers the clients of the OAuth server", async () => {
  const redirectUris = ["https://app.example/callback"];
  const name = crypto.randomUUID();

  const response = await owner.ask({
    action: "oauthClients.create",
    name,
    redirectUris,
    reason: "the app for phones",
  });
  const made = (await bodyOf(response, 201)).client;
  const { id } = made;
  const changed = await bodyOf(
    await owner.ask({ action: "oauthClients.update", id, name: "Other" }),
  );
  const renewed = await bodyOf(
    await owner.ask({ action: "oauthClients.regenerateSecret", id }),
  );
  const seen = await bodyOf(
    await owner.ask({ action: "oauthClients.get", id }),
  );
  const all = await bodyOf(await owner.ask({ action: "oauthClients.list" }));
  const gone = await bodyOf(
    await owner.ask({ action: "oauthClients.delete", id }),
  );
  const none = await owner.ask({ action: "oauthClients.get", id });

  strictEqual(made.name, name);
  ok(made.secret.length > 20);
  strictEqual(response.headers.get("cache-control"), "no-store");
  strictEqual(changed.client.name, "Other");
  deepStrictEqual(changed.client.redirectUris, redirectUris);
  notStrictEqual(renewed.client.secret, made.secret);
  strictEqual(seen.client.secret, undefined);
  ok(all.clients.some((it: { id: string }) => it.id === id));
  strictEqual(gone.client, null);
  strictEqual((await bodyOf(none, 404)).code, "client_not_found");
  const written = await writtenOf(world, id);
  deepStrictEqual(written.map(({ action, result }) => [action, result]), [
    ["oauthClients.create", "done"],
    ["oauthClients.update", "done"],
    ["oauthClients.regenerateSecret", "done"],
    ["oauthClients.delete", "done"],
  ]);
  deepStrictEqual(written[0]?.fields, ["name", "redirectUris"]);
  const trail = JSON.stringify([
    await world.rows("select * from portico.audit"),
    world.lines,
  ]);
  for (const it of [made, renewed.client]) {
    strictEqual(trail.includes(it.secret), false);
  }
});

Deno.test("a client that is asked for again is the one there is, without its secret", async () => {
  const headers = { "idempotency-key": crypto.randomUUID() };
  const name = crypto.randomUUID();
  const redirectUris = ["https://app.example/callback"];
  const body = { action: "oauthClients.create", name, redirectUris };

  const first = (await bodyOf(await owner.ask(body, headers), 201)).client;
  const second = (await bodyOf(await owner.ask(body, headers), 201)).client;

  deepStrictEqual([second.id, second.secret], [first.id, undefined]);
  const rows = await world.rows(
    "select from auth.oauth_clients where client_name = $1",
    [name],
  );
  strictEqual(rows.length, 1);
});

Deno.test("export streams everybody who matches as CSV, and says who took it", async () => {
  const suffix = `${crypto.randomUUID().slice(0, 8)}.example`;
  await world.rows(
    `insert into auth.users (id, email, created_at, raw_user_meta_data)
     select gen_random_uuid(), n || '@' || $1, now() - n * interval '1 s',
       jsonb_build_object('full_name', case n
         when 1 then '=HYPERLINK("https://evil.example")'
         when 2 then E'Ada "the Countess",\nLovelace' end)
     from generate_series(1, 1200) as n`,
    [suffix],
  );
  const reason = crypto.randomUUID();

  const response = await admin.ask({ action: "export", email: suffix, reason });

  strictEqual(response.status, 200);
  match(response.headers.get("content-type") ?? "", /^text\/csv/);
  const text = await response.text();
  const rows = text.trimEnd().split("\r\n");
  strictEqual(rows.length, 1201);
  match(rows[0] ?? "", /^id,email,phone,role,state,/);
  strictEqual(rows.filter((it) => it.includes(suffix)).length, 1200);
  ok(text.includes(`"'=HYPERLINK(""https://evil.example"")"`));
  ok(text.includes('"Ada ""the Countess"",\nLovelace"'));
  const [written] = await world.rows<{ actor: string }>(
    "select actor from portico.audit where action = 'export' and reason = $1",
    [reason],
  );
  strictEqual(written?.actor, admin.id);
  const refused = await support.ask({ action: "export" });
  strictEqual((await bodyOf(refused, 403)).code, "forbidden");
});

Deno.test("D16 a request that is sent again makes nobody new", async () => {
  const email = `${crypto.randomUUID()}@example.com`;
  const wanted = { action: "create", email, role: "support" };
  const headers = { "idempotency-key": crypto.randomUUID() };

  const all = await Promise.all(
    Array.from({ length: 20 }, () => admin.ask(wanted, headers)),
  );
  const again = await admin.ask(wanted, headers);
  const other = await admin.ask({ ...wanted, role: null }, headers);

  const statuses = all.map((it) => it.status);
  for (const it of all) await it.body?.cancel();
  ok(statuses.includes(201));
  ok(statuses.every((it) => it === 201 || it === 409), `${statuses}`);
  const { user } = await bodyOf(again, 201);
  strictEqual(user.email, email);
  strictEqual((await bodyOf(other, 422)).code, "idempotency_key_reused");
  const rows = await world.rows("select from auth.users where email = $1", [
    email,
  ]);
  strictEqual(rows.length, 1);
  strictEqual((await writtenOf(world, user.id)).length, 1);
});

Deno.test("links lead where the policy says", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });

  const { link } = await bodyOf(
    await admin.ask({
      action: "link",
      type: "recovery",
      id: person.id,
      redirectTo: "http://127.0.0.1:3000/welcome",
    }),
  );

  match(link.url, /redirect_to=http/);
  notStrictEqual(link.otp, "");
});

Deno.test("roles may be in a table of the project's own", async () => {
  const person = await hire(world, "admin");
  const own = await world.rows<{ sql: string }>(
    "select pg_get_functiondef('portico.role_of'::regproc) as sql",
  );
  await world.rows("create table public.staff (person uuid, role text)");
  await world.rows(
    `create or replace function portico.role_of(person uuid) returns text
     language sql stable security definer set search_path = '' as
     $$ select role from public.staff where staff.person = role_of.person $$`,
  );

  try {
    const before = await person.ask({ action: "list" });
    await world.rows("insert into public.staff values ($1, 'admin')", [
      person.id,
    ]);
    const after = await person.ask({ action: "get", id: person.id });

    strictEqual((await bodyOf(before, 403)).code, "role_changed");
    strictEqual((await bodyOf(after)).user.role, "admin");
  } finally {
    await world.rows(own[0]?.sql ?? "");
    await world.rows("drop table public.staff");
  }
});

Deno.test("acts and looks of one person are counted, apart from each other's", async () => {
  const busy = await hire(world, "support");
  const id = crypto.randomUUID();
  await world.rows(
    `insert into portico.rate_limits
     values ('admin-acts', $1, 0, false, clock_timestamp() + interval '1 h'),
       ('admin-looks', $1, 1, true, clock_timestamp() + interval '1 h')`,
    [busy.id],
  );

  const act = await busy.ask({ action: "signOut", id });
  const look = await busy.ask({ action: "list", perPage: 1 });
  const another = await busy.ask({ action: "list", perPage: 1 });
  const others = await support.ask({ action: "list", perPage: 1 });

  strictEqual((await bodyOf(act, 429)).code, "too_many_requests");
  ok(Number(act.headers.get("retry-after")) > 0);
  await bodyOf(look);
  strictEqual((await bodyOf(another, 429)).code, "too_many_requests");
  await bodyOf(others);
});

Deno.test("the policy knows how long tokens live", async () => {
  const config = new URL("../supabase/config.toml", import.meta.url);

  const text = await Deno.readTextFile(config);

  const [, expiry] = text.match(/^jwt_expiry = (\d+)$/m) ?? [];
  strictEqual(TOKEN_LIFETIME_S, Number(expiry));
});

/** Asks to be forgotten. */
async function askToGo(who: Member, body: unknown): Promise<Response> {
  return await fetch(`${world.stack.url}/functions/v1/admin-users/erasure`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenOf(who)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
}

const CONFIRM = { confirm: "erase my account" };

Deno.test("who wants to be forgotten is, with a receipt", async () => {
  const person = await collector();
  await bodyOf(await admin.ask({ action: "signOut", id: person.id }));
  const { email, password } = person;
  await person.client.auth.signInWithPassword({ email, password });

  const { receipt } = await bodyOf(await askToGo(person, CONFIRM));

  strictEqual(receipt.id, person.id);
  strictEqual(receipt.objectsRemoved, 4);
  ok(
    receipt.rows.some((it: { table: string }) => it.table.startsWith("auth.")),
  );
  strictEqual(await accountOf(world, person.id), undefined);
  deepStrictEqual(await objectsAt(person.paths), []);
  const [row] = await world.rows<{ action: string; target: string }>(
    "select action, target from portico.audit where n = $1",
    [receipt.number],
  );
  deepStrictEqual(row, { action: "erase", target: person.id });
  const written = await writtenOf(world, person.id);
  deepStrictEqual(written.map(({ action, result }) => [action, result]), [
    ["signOut", "done"],
    ["erase", "done"],
  ]);
  const people = await world.rows(
    "select from portico.audit_people where email = $1",
    [email],
  );
  deepStrictEqual(people, []);
  const again = await askToGo(person, CONFIRM);
  strictEqual((await bodyOf(again, 403)).code, "account_not_active");
});

Deno.test("nobody is forgotten by mistake, and the last owner is not", async () => {
  const person = await hire(world, null, { hasSecondFactor: false });
  const careful = await hire(world, null);
  const { email, password } = careful;
  await careful.client.auth.signInWithPassword({ email, password });
  await world.rows(
    `update auth.users set raw_app_meta_data = raw_app_meta_data - 'role'
     where raw_app_meta_data ->> 'role' = 'owner' and id <> $1`,
    [owner.id],
  );

  const unsaid = await askToGo(person, {});
  const unproved = await askToGo(careful, CONFIRM);
  const last = await askToGo(owner, CONFIRM);

  strictEqual((await bodyOf(unsaid, 422)).code, "invalid_input");
  strictEqual((await bodyOf(unproved, 403)).code, "second_factor_needed");
  strictEqual((await bodyOf(last, 409)).code, "last_owner");
  for (const { id } of [person, careful, owner]) {
    ok(await accountOf(world, id) !== undefined);
  }
});
