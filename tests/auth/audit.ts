/**
 * The audit log: what is written, and `GET /admin/audit`.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { enrolled, shown } from "./authenticator.ts";
import {
  type AuthServer,
  follow,
  lastMailTo,
  newEmail,
  PASSWORD,
  world,
} from "./world.ts";

interface Entry {
  readonly id: string;
  readonly "created_at": string;
  readonly "ip_address": string;
  readonly payload: Readonly<Record<string, unknown>>;
}

async function list(query: string): Promise<{
  readonly entries: Entry[];
  readonly response: Response;
}> {
  const response = await world.send(`/admin/audit?${query}`, {
    method: "GET",
    key: world.keys.secret,
  });
  return { entries: await response.json(), response };
}

/** What somebody has done, the oldest first: actions, and the traits. */
async function deedsOf(email: string): Promise<unknown[]> {
  const { entries } = await list(`query=author:${email}`);
  return entries.toReversed()
    .map(({ payload: { action, traits } }) =>
      traits === undefined ? action : [action, traits]
    );
}

/** What has been done to somebody by the service, the oldest first. */
async function doneTo(id: string): Promise<Entry[]> {
  const { entries } = await list("query=author:service_role&per_page=500");
  return entries.toReversed()
    .filter(({ payload }) => JSON.stringify(payload).includes(id));
}

const BY_EMAIL = { provider: "email" };

/** What everybody's entries begin with who has just signed up. */
const ARRIVAL = [["user_signedup", BY_EMAIL], ["login", BY_EMAIL]];

Deno.test("an entry says who did what, of which kind, and when", async () => {
  const { id, email } = await world.signUp();

  const { entries } = await list(`query=author:${email}`);

  const [entry] = entries;
  deepStrictEqual(Object.keys(entry ?? {}).sort(), [
    "created_at",
    "id",
    "ip_address",
    "payload",
  ]);
  match(entry?.id ?? "", /^[0-9a-f-]{36}$/);
  ok(Math.abs(Date.parse(entry?.created_at ?? "") - Date.now()) < 60_000);
  equal(entry?.ip_address, "");
  deepStrictEqual(entry?.payload, {
    action: "login",
    "actor_id": id,
    "actor_username": email,
    "actor_via_sso": false,
    "log_type": "account",
    traits: BY_EMAIL,
  });
});

Deno.test("what the service does to people is in the log, in its name", async () => {
  const admin = world.admin();
  const email = newEmail();

  const { data } = await admin.createUser({ email });
  const id = data.user?.id ?? "";
  const changed = newEmail();
  await admin.updateUserById(id, { email: changed });
  await admin.deleteUser(id);

  const entries = await doneTo(id);
  const whom = { "user_id": id, "user_email": email, "user_phone": "" };
  deepStrictEqual(
    entries.map(({ payload }) => [payload["action"], payload["traits"]]),
    [
      ["user_signedup", { ...whom, ...BY_EMAIL }],
      ["user_modified", { ...whom, "user_email": changed }],
      ["user_deleted", { ...whom, "user_email": changed }],
    ],
  );
  for (const { payload } of entries) {
    equal(payload["actor_id"], "00000000-0000-0000-0000-000000000000");
    equal(payload["actor_username"], "service_role");
  }
});

Deno.test("an invitation is in the log, whoever mails it", async () => {
  const admin = world.admin();
  const email = newEmail();

  const { data } = await admin.inviteUserByEmail(email);
  await admin.generateLink({ type: "invite", email });

  const id = data.user?.id ?? "";
  const entries = await doneTo(id);
  const traits = { "user_id": id, "user_email": email };
  deepStrictEqual(
    entries.map(({ payload }) => [payload["action"], payload["traits"]]),
    [["user_invited", traits], ["user_invited", traits]],
  );
});

/** What people do, and what the log says of it after their arrival. */
const DEEDS: readonly [
  why: string,
  act: (person: Awaited<ReturnType<typeof world.signUp>>) => Promise<unknown>,
  expected: readonly unknown[],
][] = [
  ["signing in", (person) => world.signIn(person), [["login", BY_EMAIL]]],
  ["signing out", ({ client }) => client.auth.signOut(), ["logout"]],
  ["a refresh", ({ client }) => client.auth.refreshSession(), [
    "token_refreshed",
    "token_revoked",
  ]],
  ["a refresh that comes twice", async ({ session }) => {
    for (const _ of [1, 2]) {
      const response = await world.refresh(session.refresh_token);
      await response.body?.cancel();
    }
  }, ["token_refreshed", "token_revoked", "token_refreshed"]],
  ["signing up again", async ({ email }) => {
    await world.anyone().auth.signUp({ email, password: PASSWORD });
  }, [["user_repeated_signup", BY_EMAIL]]],
  ["a change", ({ client }) => client.auth.updateUser({ data: { a: 1 } }), [
    "user_modified",
  ]],
  [
    "another password",
    ({ client }) => client.auth.updateUser({ password: "another one" }),
    ["user_updated_password", "user_modified"],
  ],
  ["asking for a new password", async ({ email }) => {
    await world.anyone().auth.resetPasswordForEmail(email);
    await follow(lastMailTo(email));
  }, ["user_recovery_requested", "login"]],
  ["a magic link", async ({ email }) => {
    await world.anyone().auth.signInWithOtp({ email });
    await follow(lastMailTo(email));
  }, ["user_recovery_requested", "login"]],
  ["a link that the service asks for", async ({ email }) => {
    await world.admin().generateLink({ type: "recovery", email });
  }, ["user_recovery_requested"]],
  [
    "proving oneself again",
    ({ client }) => client.auth.reauthenticate(),
    ["user_reauthenticate_requested"],
  ],
];

for (const [why, act, expected] of DEEDS) {
  Deno.test(`the log tells of ${why}`, async () => {
    const person = await world.signUp();

    await act(person);

    deepStrictEqual(await deedsOf(person.email), [...ARRIVAL, ...expected]);
  });
}

Deno.test("who has to confirm an address has not signed up before they do", async () => {
  await using server = world.serving({ confirmEmail: true });
  const email = newEmail();
  const credentials = { email, password: PASSWORD };
  const { auth } = server.anyone();

  await auth.signUp(credentials);
  const before = await deedsOf(email);
  await follow(lastMailTo(email, server));
  await auth.signUp(credentials);

  const asked = ["user_confirmation_requested", BY_EMAIL];
  deepStrictEqual(before, [asked]);
  deepStrictEqual(await deedsOf(email), [
    asked,
    ["user_signedup", BY_EMAIL],
    ["user_repeated_signup", BY_EMAIL],
  ]);
});

Deno.test("who comes by a magic link has signed up then", async () => {
  await using server = world.serving({ confirmEmail: true });
  const byLink = async ({ anyone }: Pick<AuthServer, "anyone">) => {
    const email = newEmail();
    await anyone().auth.signInWithOtp({ email });
    return await deedsOf(email);
  };

  const known = await byLink(world);
  const unconfirmed = await byLink(server);

  deepStrictEqual(known, [
    ["user_signedup", BY_EMAIL],
    "user_recovery_requested",
  ]);
  deepStrictEqual(unconfirmed, [["user_confirmation_requested", BY_EMAIL]]);
});

Deno.test("a browser that proves itself has signed in through its flow", async () => {
  const { email } = await world.signUp();
  const browser = world.browser();
  await browser.auth.signInWithOtp({ email });
  const { url } = await follow(lastMailTo(email));

  const { error } = await browser.auth
    .exchangeCodeForSession(url.searchParams.get("code") ?? "");

  equal(error, null);
  deepStrictEqual(await deedsOf(email), [
    ...ARRIVAL,
    "user_recovery_requested",
    "login",
    ["login", { "provider_type": "magiclink" }],
  ]);
});

Deno.test("a new address is in the log under the old one", async () => {
  await using server = world.serving({ doubleConfirmChanges: false });
  const { client, email } = await server.signUp();
  const changed = newEmail();

  await client.auth.updateUser({ email: changed });
  await follow(lastMailTo(changed, server));

  deepStrictEqual(await deedsOf(email), [
    ...ARRIVAL,
    "user_modified",
    "user_modified",
  ]);
  deepStrictEqual(await deedsOf(changed), []);
});

Deno.test("second factors are in the log, with where they were shown", async () => {
  const { id, email, client, factorId, secret } = await enrolled();
  const factor = { "factor_id": factorId };
  await client.auth.mfa
    .challengeAndVerify({ factorId, code: await shown(secret) });
  const [session] = await world.sessionsOf({ id });
  await client.auth.mfa.unenroll({ factorId });

  const { entries } = await list(`query=author:${email}`);

  const [unenrolled, verified, challenged, began] = entries;
  for (const entry of [unenrolled, verified, challenged, began]) {
    equal(entry?.ip_address, "127.0.0.1");
    equal(entry?.payload["log_type"], "factor");
  }
  deepStrictEqual([began?.payload["action"], began?.payload["traits"]], [
    "factor_in_progress",
    factor,
  ]);
  deepStrictEqual(challenged?.payload["traits"], {
    ...factor,
    "factor_status": "unverified",
  });
  const { traits } = verified?.payload ?? {};
  equal(verified?.payload["action"], "verification_attempted");
  match(
    JSON.stringify(traits),
    new RegExp(`${factorId}.*"factor_type":"totp"`),
  );
  deepStrictEqual(unenrolled?.payload["traits"], {
    ...factor,
    "factor_status": "verified",
    "session_id": session,
  });
});

Deno.test("what the service does about a factor is in the log", async () => {
  const { id, email, factorId } = await enrolled();
  const factor = { "user_id": id, "factor_id": factorId };

  const renamed = await world.send(`/admin/users/${id}/factors/${factorId}`, {
    method: "PUT",
    key: world.keys.secret,
    body: JSON.stringify({ "friendly_name": "tablet" }),
  });
  await renamed.body?.cancel();
  await world.admin().mfa.deleteFactor({ userId: id, id: factorId });

  const [updated, ...more] = await doneTo(id);
  deepStrictEqual(more, []);
  equal(updated?.payload["action"], "factor_updated");
  deepStrictEqual(updated?.payload["traits"], {
    ...factor,
    "factor_type": "totp",
  });
  // The server says that they did this themselves.
  const deeds = await deedsOf(email);
  deepStrictEqual(deeds.at(-1), ["factor_deleted", factor]);
});

Deno.test("what was refused is not in the log", async () => {
  const { id, email } = await world.signUp();
  const other = await world.signUp();
  const credentials = { email, password: "wrong horse" };

  await world.anyone().auth.signInWithPassword(credentials);
  await world.admin().updateUserById(id, { email: other.email });
  await world.admin().createUser({ email });

  deepStrictEqual(await deedsOf(email), ARRIVAL);
  deepStrictEqual(await doneTo(id), []);
});

Deno.test("GET /admin/audit filters by author, action and type", async () => {
  const name = `Ada 100%_${crypto.randomUUID()}`;
  const email = newEmail();
  const { auth } = world.anyone();
  await auth.signUp({
    email,
    password: PASSWORD,
    options: { data: { "full_name": name } },
  });
  await auth.signOut();
  const actionsIn = async (query: string) => {
    const { entries } = await list(`query=${encodeURIComponent(query)}`);
    return new Set(entries.map(({ payload }) => payload["action"]));
  };

  const byName = await actionsIn(`author:${name.toUpperCase()}`);
  const byAction = await actionsIn("action:logou");
  const byType = await actionsIn("type:account");
  const literally = await actionsIn("action:log%");
  const { response: everything } = await list("query=author:");
  const { response } = await list("");

  deepStrictEqual(byName, new Set(["logout", "login", "user_signedup"]));
  deepStrictEqual(byAction, new Set(["logout"]));
  deepStrictEqual(byType, new Set(["logout", "login"]));
  deepStrictEqual(literally, new Set());
  equal(
    everything.headers.get("x-total-count"),
    response.headers.get("x-total-count"),
  );
});

Deno.test("GET /admin/audit gives the latest first, a page at a time", async () => {
  const { email } = await world.signUp();
  const query = `query=author:${email}&per_page=1`;

  const first = await list(query);
  const second = await list(`${query}&page=2`);
  const none = await list(`query=author:${newEmail()}`);

  const actions = [first, second].map(({ entries }) =>
    entries.map(({ payload }) => payload["action"])
  );
  deepStrictEqual(actions, [["login"], ["user_signedup"]]);
  equal(first.response.headers.get("x-total-count"), "2");
  const at = encodeURIComponent(`author:${email}`);
  equal(
    first.response.headers.get("link"),
    `</admin/audit?page=2&per_page=1&query=${at}>; rel="next", ` +
      `</admin/audit?page=2&per_page=1&query=${at}>; rel="last"`,
  );
  deepStrictEqual(none.entries, []);
  match(none.response.headers.get("link") ?? "", /page=0.*rel="last"$/);
});

for (
  const [query, message] of [
    [
      "page=one",
      "Bad Pagination Parameters: strconv.ParseUint: parsing " +
      '"one": invalid syntax',
    ],
    [
      "per_page=0",
      "Bad Pagination Parameters: per_page must be greater " +
      "than 0",
    ],
    ["query=login", "Invalid query scope: login"],
    ["query=actor:ada", "Invalid query scope: actor:ada"],
    ["query=constructor:x", "Invalid query scope: constructor:x"],
  ] as const
) {
  Deno.test(`GET /admin/audit refuses ${query}`, async () => {
    const response = await world
      .send(`/admin/audit?${query}`, { method: "GET", key: world.keys.secret });

    equal(response.status, 400);
    const { error_code: code, msg } = await response.json();
    deepStrictEqual([code, msg], ["validation_failed", message]);
  });
}

Deno.test("GET /admin/audit is for the service alone", async () => {
  const { session, email } = await world.signUp();

  for (const who of [{}, { bearer: session.access_token }]) {
    const response = await world
      .send("/admin/audit", { method: "GET", ...who });

    equal(response.status, 403);
    equal((await response.text()).includes(email), false);
  }
});
