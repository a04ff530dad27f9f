/**
 * Whatever a back office does in whatever order: somebody can always administer
 * it, nobody gets a role that nobody could give them, and nothing is changed
 * without a trace.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { ask, hire, type Member } from "./admin/office.ts";
import { forgetActs } from "./admin/settling.ts";
import { type Account, accountsOf, remember } from "./admin/snapshot.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

/** Fails as often as it has failed before. */
const SEED = 20_261_122;

type Role = "support" | "admin" | "owner";

/** Roles that an account may have; `null` is none. */
type Roles = readonly (Role | null)[];

const NOBODY: Roles = [];
const PEOPLE: Roles = [null];
const BELOW_ADMIN: Roles = [null, "support"];
const BELOW_OWNER: Roles = [null, "support", "admin"];
const ALL: Roles = [null, "support", "admin", "owner"];

/** To whom each role may do what, as a reader of the README understands it. */
const MAY: Readonly<Record<string, Readonly<Record<Role, Roles>>>> = {
  create: { support: PEOPLE, admin: PEOPLE, owner: PEOPLE },
  /** Both what they were and what they become. */
  grant: { support: NOBODY, admin: BELOW_ADMIN, owner: ALL },
  ban: { support: PEOPLE, admin: BELOW_ADMIN, owner: ALL },
  unban: { support: PEOPLE, admin: BELOW_ADMIN, owner: ALL },
  signOut: { support: PEOPLE, admin: BELOW_ADMIN, owner: ALL },
  delete: { support: NOBODY, admin: BELOW_ADMIN, owner: ALL },
  takeOver: { support: NOBODY, admin: BELOW_ADMIN, owner: BELOW_OWNER },
};

const NOT_ONESELF = ["grant", "ban", "unban", "delete"];

/** What is asked for, without who it is about. */
interface Wish {
  readonly action: string;
  readonly [name: string]: unknown;
}

/** The rows of the table that an act needs. */
function neededFor({ action, role }: Wish): string[] {
  switch (action) {
    case "create":
      return role ? ["create", "grant"] : ["create"];
    case "update":
      return [role === undefined ? "takeOver" : "grant"];
    case "link":
      return ["takeOver"];
    default:
      return [action];
  }
}

const roles = fc.constantFrom(...ALL);

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({ action: fc.constant("create"), role: roles }),
  {
    weight: 2,
    arbitrary: fc.record({ action: fc.constant("update"), role: roles }),
  },
  fc.record({ action: fc.constant("update"), password: fc.uuid() }),
  fc.record({
    action: fc.constant("ban"),
    days: fc.integer({ min: 1, max: 9 }),
  }),
  fc.constantFrom<Wish>(
    { action: "unban" },
    { action: "signOut" },
    { action: "delete", mode: "soft" },
    { action: "delete", mode: "hard" },
    { action: "link", type: "recovery" },
    // Of who acts: a new token, with the role that they have by then.
    { action: "renew" },
  ),
);

/** Somebody who works there, or does not; or a server. */
const ACTORS = [
  ...["owner", "owner", "second owner", "second owner", "admin", "admin"],
  ...["second admin", "support", "nobody", "server"],
] as const;

const act = fc.record({
  actor: fc.constantFrom(...ACTORS),
  /** The how manieth account, the newest ones included. */
  target: fc.nat(13),
  wish,
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What somebody acts with. */
interface Credential {
  readonly id: string;
  readonly access: string;
  readonly refresh: string;
}

async function credentialOf({ id, client }: Member): Promise<Credential> {
  const { data: { session } } = await client.auth.getSession();
  const { access_token: access = "", refresh_token: refresh = "" } = session ??
    {};
  return { id, access, refresh };
}

const CAST: Readonly<Record<string, Credential>> = {
  "owner": await credentialOf(await hire(world, "owner")),
  "second owner": await credentialOf(await hire(world, "owner")),
  "admin": await credentialOf(await hire(world, "admin")),
  "second admin": await credentialOf(await hire(world, "admin")),
  "support": await credentialOf(await hire(world, "support")),
  "second support": await credentialOf(await hire(world, "support")),
  "nobody": await credentialOf(await hire(world, null)),
  "second nobody": await credentialOf(await hire(world, null)),
};

const restore = await remember(world);

/** A new token for the same session, or the old one if there is none to have. */
async function renewed(old: Credential): Promise<Credential> {
  const { url, keys } = world.stack;
  const path = "auth/v1/token?grant_type=refresh_token";
  const response = await fetch(`${url}/${path}`, {
    method: "POST",
    headers: { apikey: keys.publishable, "content-type": "application/json" },
    body: JSON.stringify({ "refresh_token": old.refresh }),
  });
  const { access_token: access, refresh_token: refresh } = await response
    .json();
  return response.ok ? { ...old, access, refresh } : old;
}

/** What somebody did, and what came of it. */
interface Deed {
  readonly wish: Wish;
  readonly target: string;
  /** Absent if it is a server. */
  readonly actor: string | undefined;
  readonly isDone: boolean;
  readonly requestId: string;
}

type Accounts = ReadonlyMap<string, Account>;

/** Asserts what always holds, of all accounts before and after a deed. */
async function assertLawful(
  deed: Deed,
  before: Accounts,
  after: Accounts,
): Promise<void> {
  ok(countOwners(after) >= 1, "There is no owner who may act");

  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((id) => before.get(id)?.digest !== after.get(id)?.digest);
  const trail = await world.rows<{ target: string; result: string }>(
    `select coalesce(o.target, i.target) as target, o.result
     from portico.audit i left join portico.audit o on o.intent = i.n
     where i.kind = 'intent' and i.request = $1`,
    [deed.requestId],
  );
  if (!deed.isDone) {
    deepStrictEqual(changed, []);
    ok(trail.every(({ result }) => result === "refused"));
    return;
  }
  const { wish } = deed;
  const target = wish.action === "create" ? changed[0] : deed.target;
  deepStrictEqual(trail, [{ target, result: "done" }]);
  ok(changed.every((id) => id === target));

  const role = roleOf(deed, before);
  const was = before.get(target ?? "")?.role ?? null;
  for (const needed of neededFor(wish)) {
    const reach = MAY[needed]?.[role] ?? NOBODY;
    ok(reach.some((it) => it === was), `${role} ${needed} ${was}`);
    const isOwn = NOT_ONESELF.includes(needed) && deed.actor === target;
    ok(!isOwn, `${needed} of oneself`);
  }
  const is = after.get(target ?? "")?.role ?? null;
  if (is === was) return;
  const isGiven = "role" in wish && wish["role"] === is;
  ok(isGiven || (wish.action === "delete" && is === null), `${was} to ${is}`);
  const isFree = !isGiven || MAY["grant"]?.[role].some((it) => it === is);
  ok(isFree, `${role} gives ${is}`);
}

/** The role of who has done something: somebody who could. */
function roleOf({ actor }: Deed, before: Accounts): Role {
  if (actor === undefined) return "admin";
  const { role, mayAct, sessions } = before.get(actor) ?? {};
  ok(mayAct && sessions && sessions.length > 0, "Who acts may not");
  ok(role === "support" || role === "admin" || role === "owner");
  return role;
}

/** How often something was done or refused: `ban done`. */
const tally = new Map<string, number>();

function count(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

/** How many there are who may act. */
function countOwners(accounts: Accounts): number {
  return [...accounts.values()]
    .filter(({ role, mayAct }) => role === "owner" && mayAct).length;
}

/** Has somebody do something. */
async function perform(
  { actor, target, wish }: Act,
  cast: Record<string, Credential>,
): Promise<void> {
  const credential = cast[actor];
  if (wish.action === "renew") {
    if (credential) cast[actor] = await renewed(credential);
    return;
  }
  const before = await accountsOf(world);
  const id = [...before.keys()][target] ?? crypto.randomUUID();
  const body = wish.action === "create"
    ? { ...wish, email: `${crypto.randomUUID()}@example.com` }
    : { ...wish, id };
  const headers: Record<string, string> = credential
    ? { authorization: `Bearer ${credential.access}` }
    : { apikey: world.stack.keys.secret };

  const response = await ask(world, body, headers);

  const text = await response.text();
  ok(response.status < 500, text);
  const after = await accountsOf(world);
  const requestId = response.headers.get("x-request-id") ?? "";
  const deed = {
    ...{ wish, target: id, actor: credential?.id, requestId },
    isDone: response.ok,
  };
  await assertLawful(deed, before, after);
  count(`${wish.action} ${response.ok ? "done" : "refused"}`);
  if (countOwners(after) < countOwners(before)) count("an owner ended");
}

Deno.test("whatever is done in whatever order is lawful and written down", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 1, maxLength: 50, size: "max" }),
      async (acts) => {
        await restore();
        await forgetActs(world);
        const cast = { ...CAST };
        for (const it of acts) await perform(it, cast);
      },
    ),
    { numRuns: 30, seed: SEED },
  );

  for (const action of ["create", "update", "ban", "unban", "signOut"]) {
    ok(tally.has(`${action} done`), action);
    ok(tally.has(`${action} refused`), action);
  }
  for (const what of ["delete done", "link done", "an owner ended"]) {
    ok(tally.has(what), what);
  }
});
