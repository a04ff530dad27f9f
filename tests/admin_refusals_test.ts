/**
 * What `admin-users` refuses, and that nothing has come of it.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import {
  accountOf,
  ask,
  askAsServer,
  hire,
  type Member,
  promote,
  writtenOf,
} from "./admin/office.ts";
import { endsOf } from "./ended_refusals.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const owner = await hire(world, "owner");
const admin = await hire(world, "admin");
const support = await hire(world, "support");
const nobody = await hire(world, null);

/** Everything that could be done to somebody. */
function actsOn(id: string): Record<string, unknown>[] {
  return [
    { action: "ban", id, days: 1 },
    { action: "unban", id },
    { action: "signOut", id },
    { action: "update", id, userMetadata: { a: 1 } },
    { action: "update", id, email: `${crypto.randomUUID()}@example.com` },
    { action: "update", id, password: crypto.randomUUID() },
    { action: "update", id, role: null },
    { action: "update", id, role: "support" },
    { action: "update", id, banDays: 1 },
    { action: "delete", id, mode: "soft" },
    { action: "delete", id, mode: "hard" },
    { action: "link", id, type: "recovery" },
    { action: "deleteFactor", id, factorId: crypto.randomUUID() },
    { action: "deletePasskey", id, passkeyId: crypto.randomUUID() },
  ];
}

/** Does `work`, and asserts that it has left `id` as it was. */
async function unchanged(
  id: string,
  work: () => Promise<void>,
): Promise<void> {
  const before = await accountOf(world, id);
  await work();
  deepStrictEqual(await accountOf(world, id), before);
}

Deno.test("people without a role get one answer, whoever they ask about", async () => {
  const acts = [
    { action: "list" },
    { action: "audit" },
    { action: "get", id: admin.id },
    { action: "get", id: crypto.randomUUID() },
    { action: "create", email: `${crypto.randomUUID()}@example.com` },
    { action: "create", email: admin.email },
    { action: "invite", email: admin.email },
    ...actsOn(support.id),
    ...actsOn(crypto.randomUUID()),
    { action: "no such action" },
  ];

  const bodies = new Set<string>();
  await unchanged(support.id, async () => {
    for (const act of acts) {
      const response = await nobody.ask(act);
      strictEqual(response.status, 403);
      const { instance: _, ...body } = await response.json();
      bodies.add(JSON.stringify(body));
    }
  });

  strictEqual(bodies.size, 1, [...bodies].join("\n"));
  ok(bodies.values().next().value?.includes('"forbidden"'));
});

Deno.test("strangers get 401, and a publishable key is one", async () => {
  const headers: Record<string, string>[] = [
    {},
    { apikey: world.stack.keys.publishable },
    { authorization: "Bearer a.b.c" },
    { authorization: `Bearer ${world.stack.keys.secret}` },
    { apikey: "sb_secret_wrong" },
    { authorization: `bearer ${await tokenOf(admin)}x` },
  ];

  await unchanged(support.id, async () => {
    for (const it of headers) {
      const response = await ask(
        world,
        { action: "ban", id: support.id, days: 1 },
        it,
      );
      await assertProblem(response, { status: 401, title: "Unauthenticated" });
    }
  });
});

/** D1, D2: none of these is a role. */
const NOT_ROLES: [why: string, metadata: Record<string, unknown>][] = [
  ["D1 in user_metadata", { user_metadata: { role: "admin" } }],
  ["D1 in app_metadata within user_metadata", {
    user_metadata: { app_metadata: { role: "admin" }, is_admin: true },
  }],
  ["D1 as is_admin", { app_metadata: { is_admin: true } }],
  ...[
    "Admin",
    "admin ",
    "аdmin", // with a Cyrillic а
    { admin: true },
    [["admin"]],
    ["admin"],
    "user,admin",
    true,
  ].map((role): [string, Record<string, unknown>] => [
    `D2 that is ${JSON.stringify(role)}`,
    { app_metadata: { role } },
  ]),
];

for (const [why, metadata] of NOT_ROLES) {
  Deno.test(`a role ${why} is none`, async () => {
    const person = await world.newPerson();
    await world.service().auth.admin.updateUserById(person.id, metadata);
    const { email, password } = person;
    await person.client.auth.signInWithPassword({ email, password });
    const authorization = `Bearer ${await tokenOf(person)}`;

    await unchanged(support.id, async () => {
      const response = await ask(
        world,
        { action: "signOut", id: support.id },
        { authorization },
      );
      await assertProblem(response, { status: 403, title: "Forbidden" });
    });
  });
}

Deno.test("D3 a role that has been taken away is none at once", async () => {
  const demoted = await hire(world, "admin");
  const target = await hire(world, null, { hasSecondFactor: false });
  await promote(world, demoted.id, "support");

  await unchanged(target.id, async () => {
    for (const act of [{ action: "list" }, ...actsOn(target.id)]) {
      const response = await demoted.ask(act);
      await assertProblem(response, { status: 403, title: "Role changed" });
    }
  });
  deepStrictEqual(await writtenOf(world, target.id), []);
});

for (const [id, why, end] of endsOf(world)) {
  Deno.test(`${id} admin-users refuses an admin who is ${why}`, async () => {
    const ended = await hire(world, "admin");
    await end(ended);

    await unchanged(support.id, async () => {
      for (const act of [{ action: "list" }, ...actsOn(support.id)]) {
        const response = await ended.ask(act);
        await assertProblem(response, {
          status: 403,
          title: "Account not active",
        });
      }
    });
  });
}

Deno.test("A17 what cannot be taken back needs a second factor", async () => {
  const plain = await hire(world, "admin", { hasSecondFactor: false });
  await world.service().auth.admin.updateUserById(plain.id, {
    user_metadata: { aal: "aal2" },
  });
  const target = await hire(world, null, { hasSecondFactor: false });
  const needed = actsOn(target.id).filter(({ action, ...rest }) =>
    action !== "signOut" && !("userMetadata" in rest)
  );

  await unchanged(target.id, async () => {
    for (const act of needed) {
      const response = await plain.ask(act);
      const title = "Second factor needed";
      await assertProblem(response, { status: 403, title });
    }
  });
  const seen = await plain.ask({ action: "get", id: target.id });
  strictEqual(seen.status, 200);
  await seen.body?.cancel();
});

Deno.test("D4 nobody gives a role above what they may give", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  const email = `${crypto.randomUUID()}@example.com`;
  const acts: [who: Member, act: Record<string, unknown>][] = [
    [admin, { action: "update", id: target.id, role: "owner" }],
    [admin, { action: "update", id: target.id, role: "admin" }],
    [admin, { action: "create", email, role: "admin" }],
    [support, { action: "update", id: target.id, role: "support" }],
    [support, { action: "create", email, role: "support" }],
  ];

  await unchanged(target.id, async () => {
    for (const [who, act] of acts) {
      const response = await who.ask(act);
      await assertProblem(response, { status: 403, title: "Forbidden" });
    }
  });
  const made = await world.rows("select from auth.users where email = $1", [
    email,
  ]);
  deepStrictEqual(made, []);
});

Deno.test("D4 no field passes that is not named", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  const fields = [
    { appMetadata: { role: "owner" } },
    { app_metadata: { role: "owner" } },
    { aud: "x" },
    { is_sso_user: true },
    { isSuperAdmin: true },
    { role: ["owner"] },
    { role: { name: "owner" } },
  ];

  await unchanged(target.id, async () => {
    for (const it of fields) {
      const response = await owner.ask({
        action: "update",
        id: target.id,
        ...it,
      });
      await assertProblem(response, { status: 422, title: "Invalid input" });
    }
  });
});

Deno.test("D5 nobody demotes, bans or deletes themselves", async () => {
  await hire(world, "owner"); // so that it is not for being the last one
  const acts = [
    { action: "ban", id: owner.id, days: 1 },
    { action: "update", id: owner.id, role: null },
    { action: "update", id: owner.id, banDays: 1 },
    { action: "delete", id: owner.id, mode: "soft" },
    { action: "delete", id: owner.id, mode: "hard" },
  ];

  await unchanged(owner.id, async () => {
    for (const act of acts) {
      const response = await owner.ask(act);
      await assertProblem(response, { status: 409, title: "Own account" });
    }
  });
});

Deno.test("D6 nobody does to their equals and betters what they may not", async () => {
  const second = await hire(world, "admin");
  const attempts: [who: Member, whom: Member][] = [
    [support, admin],
    [support, owner],
    [admin, second],
    [admin, owner],
  ];

  for (const [who, whom] of attempts) {
    await unchanged(whom.id, async () => {
      for (const act of actsOn(whom.id)) {
        const response = await who.ask(act);
        strictEqual(response.status, 403, JSON.stringify(act));
        const { code } = await response.json();
        ok(["forbidden", "out_of_reach"].includes(code), code);
      }
    });
  }
  const written = await writtenOf(world, second.id);
  ok(written.length > 5);
  ok(written.every(({ result }) => result === "refused"));
});

Deno.test("nobody takes over the account of an equal, owners neither", async () => {
  const second = await hire(world, "owner");
  const id = second.id;
  const acts = [
    { action: "update", id, password: crypto.randomUUID() },
    { action: "update", id, email: `${crypto.randomUUID()}@example.com` },
    { action: "update", id, phone: "+41446681800" },
    { action: "link", id, type: "recovery" },
    { action: "deleteFactor", id, factorId: crypto.randomUUID() },
  ];

  await unchanged(id, async () => {
    for (const act of acts) {
      const response = await owner.ask(act);
      await assertProblem(response, { status: 403, title: "Out of reach" });
    }
  });
});

const BANS: unknown[] = [
  ...["", "-1h", "1e9h", "none", "1; drop table x"],
  ...[0, -1, 0.5, 1e9, null, [1]],
];

Deno.test("D7 a ban is a whole number of days", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });

  await unchanged(target.id, async () => {
    for (const days of BANS) {
      for (
        const act of [
          { action: "ban", id: target.id, days },
          { action: "update", id: target.id, banDays: days },
        ]
      ) {
        const response = await admin.ask(act);
        await assertProblem(response, { status: 422, title: "Invalid input" });
      }
    }
  });
});

Deno.test("D8 no list is longer than a page, and nothing in it is SQL", async () => {
  const cursor = (...parts: unknown[]) =>
    btoa(JSON.stringify(parts)).replaceAll("=", "");
  const id = admin.id;
  const wrong = [
    ...[-1, 0, 1.5, 1e9, "1", null].map((page) => ({ page })),
    ...[-1, 0, 201, 1e9, "1"].map((perPage) => ({ perPage })),
    ...["", "x", cursor(), cursor(1, 2, 3, 4)].map((it) => ({ cursor: it })),
    { cursor: cursor("createdAt", "asc", "now", id) },
    { cursor: cursor("createdAt", "desc", "now()", id) },
    { cursor: cursor("createdAt", "desc", "2026-01-01T00:00:00+00:00", "x") },
    { cursor: cursor("email", "desc", "a", id) },
    { sort: "encrypted_password" },
    { sort: "created_at; select 1" },
    { order: "desc nulls first" },
    { createdFrom: "yesterday" },
    { createdFrom: "2026-02-31T99:00:00Z" },
    { state: "alive" },
    { role: "manager" },
    { email: "a\0b" },
    { email: "" },
    { filter: "x" },
  ];

  for (const it of wrong) {
    const response = await support.ask({ action: "list", ...it });
    strictEqual(response.status, 422, JSON.stringify(it));
    await assertProblem(response, { status: 422, title: "Invalid input" });
  }
  for (const email of ["%", "_@_", "*", "'", "\\", "%%@%%"]) {
    const response = await support.ask({ action: "list", email });
    const { total } = await response.json();
    strictEqual(total, 0, email);
  }
});

const ELSEWHERE = [
  "https://evil.example/",
  "//evil.example",
  "javascript:alert(1)",
  "http://127.0.0.1:3000@evil.example/",
  "http://127.0.0.1:3000.evil.example/",
  "http://127.0.0.1:3000\\@evil.example/",
  "http://127.0.0.1:3000",
  "http://127.0.0.1:3000/../a",
  "HTTP://127.0.0.1:3000/",
  " http://127.0.0.1:3000/",
  "http://127.0.0.1:3001/",
  "http://user@127.0.0.1:3000/",
];

Deno.test("D9 no link leads elsewhere", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  const email = `${crypto.randomUUID()}@example.com`;

  await unchanged(target.id, async () => {
    for (const redirectTo of ELSEWHERE) {
      for (
        const act of [
          { action: "link", id: target.id, type: "magiclink", redirectTo },
          { action: "invite", email, redirectTo },
        ]
      ) {
        const response = await admin.ask(act);
        await assertProblem(response, { status: 422, title: "Invalid input" });
      }
    }
  });
  const mails = await fetch(`${world.stack.url}/mailbox?to=${email}`, {
    headers: { accept: "application/json" },
  });
  deepStrictEqual(await mails.json(), []);
});

Deno.test("D11 an address has one account, however it is spelt", async () => {
  const name = crypto.randomUUID();
  const first = await admin.ask({
    action: "create",
    email: `${name}@bücher.example`,
  });
  const { user } = await first.json();
  strictEqual(user.email, `${name}@xn--bcher-kva.example`);
  const spellings = [
    `${name.toUpperCase()}@BÜCHER.example`,
    `${name}@xn--bcher-kva.example`,
    ` ${name}@bücher.example `,
    `${name}＠bücher.example`,
    `${name}@bücher．example`,
    `${name}@bu\u0308cher.example`,
  ];

  for (const email of spellings) {
    for (const action of ["create", "invite"]) {
      const response = await admin.ask({ action, email });
      const text = JSON.stringify([action, email]);
      strictEqual(response.status === 201 && action === "create", false, text);
      await response.body?.cancel();
    }
  }

  const rows = await world.rows<{ email: string }>(
    "select email from auth.users where email like $1",
    [`${name}%`],
  );
  deepStrictEqual(rows, [{ email: user.email }]);
});

Deno.test("an address that somebody has is nobody else's", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  const phone = "+41446681801";
  await world.rows("update auth.users set phone = $1 where id = $2", [
    phone.slice(1),
    support.id,
  ]);

  await unchanged(target.id, async () => {
    for (const it of [{ email: support.email.toUpperCase() }, { phone }]) {
      for (
        const act of [
          { action: "update", id: target.id, ...it },
          { action: "create", ...it },
        ]
      ) {
        const response = await admin.ask(act);
        await assertProblem(response, { status: 409, title: "Account exists" });
      }
    }
  });
});

Deno.test("nobody but an owner sees or changes OAuth clients", async () => {
  const id = crypto.randomUUID();
  const redirectUris = ["https://evil.example/"];
  const acts = [
    { action: "oauthClients.list" },
    { action: "oauthClients.get", id },
    { action: "oauthClients.create", name: "Evil", redirectUris },
    { action: "oauthClients.update", id, redirectUris },
    { action: "oauthClients.delete", id },
    { action: "oauthClients.regenerateSecret", id },
  ];
  const former = await hire(world, "owner");
  await promote(world, former.id, "admin");

  for (const act of acts) {
    for (const who of [support, admin]) {
      const response = await who.ask(act);
      await assertProblem(response, { status: 403, title: "Forbidden" });
    }
    const late = await former.ask(act);
    await assertProblem(late, { status: 403, title: "Role changed" });
    const server = await askAsServer(world, act);
    await assertProblem(server, { status: 403, title: "Forbidden" });
  }

  const made = await world.rows(
    "select from auth.oauth_clients where client_name = 'Evil'",
  );
  deepStrictEqual(made, []);
});

Deno.test("D12 no factor is removed through somebody else's account", async () => {
  const target = await hire(world, null);
  const other = await hire(world, null);
  const response = await admin.ask({ action: "factors", id: target.id });
  const { factors } = await response.json();

  await unchanged(target.id, async () => {
    const response = await admin.ask({
      action: "deleteFactor",
      id: other.id,
      factorId: factors[0].id,
    });
    await assertProblem(response, { status: 404, title: "Factor not found" });
  });
});

Deno.test("D13 what cannot be written down is not done", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  await world.rows(
    `create function portico.fail() returns trigger language plpgsql as
     $$ begin raise exception 'The disk is full'; end $$`,
  );
  await world.rows(
    `create trigger fail before insert on portico.audit
     for each row execute function portico.fail()`,
  );

  try {
    await unchanged(target.id, async () => {
      for (const act of actsOn(target.id)) {
        if ("role" in act && act["role"] === "support") continue;
        const response = await admin.ask(act);
        ok(response.status >= 500, JSON.stringify(act));
        await response.body?.cancel();
      }
    });
  } finally {
    await world.rows("drop function portico.fail cascade");
  }
});

Deno.test("D14 the trail is nobody's to change", async () => {
  const { client } = owner;
  const clients = [client, world.anyone(), world.service()];

  for (const it of clients) {
    for (const table of ["audit", "audit_people", "open_intents"]) {
      const { error } = await it.schema("portico").from(table).delete()
        .gt("n", 0);
      ok(error !== null);
    }
  }
  for (const it of [client, world.anyone()]) {
    const { error } = await it.schema("portico_api")
      .rpc("list_audit", { actor: { key: "x" }, wanted: { limit: 1 } });
    strictEqual(error?.code, "42501");
  }
  for (
    const sql of [
      "update portico.audit set result = 'done'",
      "delete from portico.audit",
      "truncate portico.audit",
      "truncate portico.audit cascade",
    ]
  ) {
    const error = await world.rows(sql).catch((it) => it);
    ok(error instanceof Error, sql);
  }
});

Deno.test("D17 no page calls whose origin is not listed", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  const apikey = world.stack.keys.secret;
  const body = JSON.stringify({ action: "ban", id: target.id, days: 1 });
  const url = `${world.stack.url}/functions/v1/admin-users`;

  await unchanged(target.id, async () => {
    const page = await askAsServer(
      world,
      { action: "ban", id: target.id, days: 1 },
      { origin: "https://evil.example" },
    );
    await assertProblem(page, { status: 403, title: "Origin not allowed" });
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const form = await fetch(url, {
        method: "POST",
        headers: { apikey, "content-type": type },
        body,
      });
      await assertProblem(form, {
        status: 415,
        title: "Unsupported media type",
      });
    }
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: {
        origin: "https://evil.example",
        "access-control-request-method": "POST",
      },
    });
    strictEqual(preflight.headers.get("access-control-allow-origin"), null);
    await preflight.body?.cancel();
  });
});

Deno.test("D18 an id is a UUID of somebody who is there", async () => {
  const ids = ["", "1", "../users", admin.id.toUpperCase(), `${admin.id} `];

  for (const id of ids) {
    for (const act of [{ action: "get", id }, ...actsOn(id)]) {
      const response = await owner.ask(act);
      await assertProblem(response, { status: 422, title: "Invalid input" });
    }
  }
  for (const act of actsOn(crypto.randomUUID())) {
    const response = await owner.ask(act);
    await assertProblem(response, { status: 404, title: "User not found" });
  }
});

Deno.test("H14 nothing is done while acts cannot be counted", async () => {
  const target = await hire(world, null, { hasSecondFactor: false });
  await world.rows("alter table portico.rate_limits rename to away");

  try {
    await unchanged(target.id, async () => {
      const act = { action: "ban", id: target.id, days: 1 };
      const response = await admin.ask(act);
      ok(response.status >= 500);
      await response.body?.cancel();
    });
  } finally {
    await world.rows("alter table portico.away rename to rate_limits");
  }
});
