/**
 * What may be asked for: one object for each action.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";
import { SORTS } from "./cursor.ts";
import { BULK, MAX_BAN_DAYS, PAGE, REDIRECTS } from "./policy.ts";
import { leadsTo } from "./redirects.ts";
import { ROLES } from "./rules.ts";
import {
  email,
  flag,
  metadata,
  moment,
  oneOf,
  password,
  passwordHash,
  phone,
  text,
  uuid,
  whole,
} from "./values.ts";

const STATES = [
  "active",
  "unconfirmed",
  "anonymous",
  "banned",
  "deleted",
] as const;

const RESULTS = ["done", "refused", "failed", "unknown", "open"] as const;

/** In the words of who acts, for the trail. */
const reason = v.optional(text(500));

const role = v.nullable(oneOf(ROLES));

const banDays = whole(1, MAX_BAN_DAYS);

const redirectTo = v.optional(
  v.pipe(
    text(2048),
    v.check(
      (it) => leadsTo(it, REDIRECTS),
      "Must be an address that the policy names",
    ),
  ),
);

const perPage = v.optional(whole(1, PAGE.most), PAGE.usual);

const filters = {
  email: v.optional(text(320)),
  name: v.optional(text(200)),
  role: v.optional(role),
  provider: v.optional(text(100)),
  state: v.optional(oneOf(STATES)),
  createdFrom: v.optional(moment),
  createdTo: v.optional(moment),
  signedInFrom: v.optional(moment),
  signedInTo: v.optional(moment),
};

const list = fields({
  action: v.literal("list"),
  ...filters,
  sort: v.optional(oneOf(SORTS), "createdAt"),
  order: v.optional(oneOf(["asc", "desc"]), "desc"),
  perPage,
  page: v.optional(whole(1, 1_000_000)),
  cursor: v.optional(text(1000)),
});

const audit = fields({
  action: v.literal("audit"),
  actor: v.optional(uuid),
  key: v.optional(text(100)),
  target: v.optional(uuid),
  /** Of the rows. */
  did: v.optional(text(40)),
  result: v.optional(oneOf(RESULTS)),
  from: v.optional(moment),
  to: v.optional(moment),
  before: v.optional(whole(1, Number.MAX_SAFE_INTEGER)),
  perPage,
});

/** What can be said of somebody new, and changed of anybody. */
const account = {
  email: v.optional(email),
  phone: v.optional(phone),
  password: v.optional(password),
  emailConfirmed: v.optional(v.literal(true, "Must be true")),
  phoneConfirmed: v.optional(v.literal(true, "Must be true")),
  role: v.optional(role),
  userMetadata: v.optional(metadata),
  banDays: v.optional(banDays),
  reason,
};

const create = v.pipe(
  fields({
    action: v.literal("create"),
    ...account,
    passwordHash: v.optional(passwordHash),
  }),
  v.check(
    (it) => it.email !== undefined || it.phone !== undefined,
    "Must have email or phone",
  ),
  v.check(
    (it) => it.password === undefined || it.passwordHash === undefined,
    "Must not have both password and passwordHash",
  ),
);

/** Without a hash: Auth takes one for somebody new alone. */
const update = v.pipe(
  fields({ action: v.literal("update"), id: uuid, ...account }),
  v.check(
    ({ action: _, id: __, reason: ___, ...changes }) =>
      Object.values(changes).some((it) => it !== undefined),
    "Must have something to change",
  ),
);

const invite = fields({
  action: v.literal("invite"),
  email,
  userMetadata: v.optional(metadata),
  redirectTo,
  reason,
});

const aLink = { action: v.literal("link"), redirectTo, reason };

/** To an account that there is, or to a new one. */
const link = v.variant("type", [
  fields({ ...aLink, type: oneOf(["magiclink", "recovery"]), id: uuid }),
  fields({
    ...aLink,
    type: oneOf(["email_change_current", "email_change_new"]),
    id: uuid,
    newEmail: email,
  }),
  fields({ ...aLink, type: v.literal("invite"), email }),
  fields({ ...aLink, type: v.literal("signup"), email, password }),
], "Must be a type of link: see the README");

const erase = fields({
  action: v.literal("delete"),
  id: uuid,
  mode: oneOf(["soft", "hard"]),
  /** Of theirs, in Storage. */
  objects: v.optional(
    v.union(
      [v.literal("keep"), v.literal("delete"), fields({ to: uuid })],
      'Must be keep, delete, or { "to": an id }',
    ),
    "keep",
  ),
  dryRun: v.optional(flag, false),
  reason,
});

const onUser = { id: uuid, reason };

/** What Auth itself takes: any scheme but those that run something. */
const redirectUri = v.pipe(
  text(2048),
  v.check(
    (it) => URL.canParse(it) && !/^(javascript|data|vbscript):/i.test(it),
    "Must be an address",
  ),
);

const client = {
  name: v.optional(text(1024)),
  uri: v.optional(v.pipe(text(2048), v.url("Must be an address"))),
  redirectUris: v.pipe(
    v.array(redirectUri, "Must be a list"),
    v.minLength(1, "Must have an address"),
    v.maxLength(10, "Must have at most 10 addresses"),
  ),
  grantTypes: v.optional(
    v.array(oneOf(["authorization_code", "refresh_token"]), "Must be a list"),
  ),
  tokenEndpointAuthMethod: v.optional(
    oneOf(["none", "client_secret_basic", "client_secret_post"]),
  ),
};

/** What can be done to many: nothing that is told of one alone. */
const each = v.variant("action", [
  fields({ action: v.literal("ban"), days: banDays }),
  fields({ action: v.literal("unban") }),
  fields({ action: v.literal("signOut") }),
  fields({ action: v.literal("delete"), mode: oneOf(["soft", "hard"]) }),
  v.pipe(
    fields({
      action: v.literal("update"),
      role: v.optional(role),
      userMetadata: v.optional(metadata),
    }),
    v.check(
      (it) => it.role !== undefined || it.userMetadata !== undefined,
      "Must have something to change",
    ),
  ),
], "Must be ban, unban, signOut, delete or update");

const bulk = fields({
  action: v.literal("bulk"),
  each,
  ids: v.pipe(
    v.array(uuid, "Must be a list"),
    v.minLength(1, "Must have an id"),
    v.maxLength(BULK.most, `Must have at most ${BULK.most} ids`),
    v.check(
      (it) => new Set(it).size === it.length,
      "Must have each id once",
    ),
  ),
  reason,
});

/** What somebody says who wants to be forgotten. */
export const erasure = fields({
  confirm: v.literal("erase my account", 'Must be "erase my account"'),
  objects: v.optional(oneOf(["keep", "delete"]), "delete"),
});

/** Any of them. */
export const input = v.variant("action", [
  list,
  fields({ action: v.literal("export"), ...filters, reason }),
  fields({ action: v.literal("get"), id: uuid }),
  audit,
  create,
  invite,
  update,
  fields({ action: v.literal("ban"), ...onUser, days: banDays }),
  fields({ action: v.literal("unban"), ...onUser }),
  fields({ action: v.literal("signOut"), ...onUser }),
  erase,
  link,
  fields({ action: v.literal("factors"), id: uuid }),
  fields({ action: v.literal("deleteFactor"), ...onUser, factorId: uuid }),
  fields({ action: v.literal("deletePasskey"), ...onUser, passkeyId: uuid }),
  bulk,
  fields({ action: v.literal("job"), id: uuid }),
  fields({ action: v.literal("oauthClients.list") }),
  fields({ action: v.literal("oauthClients.get"), id: uuid }),
  fields({
    action: v.literal("oauthClients.create"),
    ...client,
    name: text(1024),
    scope: v.optional(text(1000)),
    reason,
  }),
  fields({
    action: v.literal("oauthClients.update"),
    ...onUser,
    ...client,
    redirectUris: v.optional(client.redirectUris),
  }),
  fields({ action: v.literal("oauthClients.delete"), ...onUser }),
  fields({ action: v.literal("oauthClients.regenerateSecret"), ...onUser }),
], "Must name an action: see the README");

export type Input = v.InferOutput<typeof input>;

/** An input with this action. */
export type For<Action extends Input["action"]> = Extract<
  Input,
  { action: Action }
>;
