/**
 * What the service does with anybody's account: `/admin/users`.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { bcryptCostOf, type Call, type Handler } from "./call.ts";
import { isUuid, requireAdmin } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { deleteUser, softDeleteUser } from "./deletion.ts";
import { parseDuration } from "./durations.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { FLAG, METADATA, parse, TEXT } from "./input.ts";
import { checkPassword, randomPassword } from "./passwords.ts";
import { closeSessions } from "./sessions.ts";
import { describeUser } from "./user_json.ts";
import { createUser, findUser, requireFree, type User } from "./users.ts";

const notUuid = refusal(404, "validation_failed");
const userNotFound = refusal(404, "user_not_found");

const USER = v.object({
  id: TEXT,
  role: TEXT,
  email: TEXT,
  password: v.nullish(v.string()),
  "email_confirm": FLAG,
  "user_metadata": METADATA,
  "app_metadata": METADATA,
  "ban_duration": TEXT,
});

/** `POST /admin/users`. Without a password nobody knows it. */
export async function addUser(call: Call): Promise<Response> {
  requireAdmin(call);
  const { stack } = call;
  const input = parse(USER, call.body);
  if (input.email === "") {
    throw validationFailed(
      "Cannot create a user without either an email or phone",
    );
  }
  const email = normaliseEmail(input.email);
  const password = input.password || randomPassword();
  checkPassword(password, stack.settings);
  if (input.id !== "" && !isUuid(input.id)) {
    throw validationFailed("ID must conform to the uuid v4 format");
  }
  const banMs = banOf(input.ban_duration);

  return await stack.database.asOwner(async (sql) => {
    await requireFree(sql, email);
    const user = await createUser(sql, {
      email,
      password,
      confirmed: input.email_confirm,
      ...(input.id !== "" && { id: input.id }),
      ...(input.role !== "" && { role: input.role }),
      userMetadata: input.user_metadata ?? {},
      appMetadata: input.app_metadata ?? {},
    }, bcryptCostOf(stack))
      .catch(whenSqlFails("Database error creating new user"));
    const made = banMs === undefined
      ? user
      : await changeUser(sql, user, { banMs }, bcryptCostOf(stack));
    return Response.json(await describeUser(sql, made));
  });
}

/** Runs `work` on the person in the path, in one transaction. */
export function onUser(
  work: (sql: Sql, user: User, call: Call) => Promise<Response>,
): Handler {
  return async (call) => {
    requireAdmin(call);
    const [id = ""] = call.parameters;
    if (!isUuid(id)) throw notUuid("user_id must be an UUID");
    return await call.stack.database.asOwner(async (sql) => {
      const user = await findUser(sql, id);
      if (user === undefined) throw userNotFound("User not found");
      return await work(sql, user, call);
    });
  };
}

/** `GET /admin/users/:id`. */
export const showUser: Handler = onUser(async (sql, user) =>
  Response.json(await describeUser(sql, user))
);

/** `PUT /admin/users/:id`. */
export const editUser: Handler = onUser(async (sql, user, call) => {
  const input = parse(USER, call.body);
  const password = input.password ?? undefined;
  if (password !== undefined) checkPassword(password, call.stack.settings);

  const changed = await changeUser(sql, user, {
    email: input.email === "" ? undefined : normaliseEmail(input.email),
    password,
    role: input.role === "" ? undefined : input.role,
    confirmEmail: input.email_confirm,
    appMetadata: input.app_metadata,
    userMetadata: input.user_metadata,
    banMs: banOf(input.ban_duration),
  }, bcryptCostOf(call.stack)).catch(whenSqlFails("Error updating user"));
  if (password !== undefined) {
    await closeSessions(sql, { userId: user.id }, "global");
  }
  return Response.json(await describeUser(sql, changed));
});

/** Milliseconds; `none` is 0, which lifts a ban. */
function banOf(duration: string): number | undefined {
  if (duration === "") return undefined;
  if (duration === "none") return 0;
  const ms = parseDuration(duration);
  if (ms !== undefined) return ms;
  throw validationFailed(
    `invalid format for ban duration: time: invalid duration "${duration}"`,
  );
}

const DELETION = v.object({ "should_soft_delete": FLAG });

/** `DELETE /admin/users/:id`. */
export const removeUser: Handler = onUser(async (sql, user, { body }) => {
  const { should_soft_delete: soft } = body.length === 0
    ? { "should_soft_delete": false }
    : parse(DELETION, body);
  await (soft ? softDeleteUser(sql, user) : deleteUser(sql, user))
    .catch(whenSqlFails("Database error deleting user"));
  return Response.json({});
});
