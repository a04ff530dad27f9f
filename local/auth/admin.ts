/**
 * What the service does with anybody's account: `/admin/users/:id`.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { readUser } from "./admin_input.ts";
import { type Actor, record, whom } from "./audit.ts";
import { bcryptCostOf, type Call, type Handler } from "./call.ts";
import { isUuid, requireAdmin } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { deleteUser, softDeleteUser } from "./deletion.ts";
import { refusal, whenSqlFails } from "./errors.ts";
import { FLAG, parse } from "./input.ts";
import { checkPassword } from "./passwords.ts";
import { closeSessions } from "./sessions.ts";
import { describeUser } from "./user_json.ts";
import { findUser, type User } from "./users.ts";

const notUuid = refusal(404, "validation_failed");
const userNotFound = refusal(404, "user_not_found");

/** Somebody, and the service that deals with them. */
export interface Ward {
  readonly user: User;
  readonly admin: Actor;
}

/** Runs `work` on the person in the path, in one transaction. */
export function onUser(
  work: (sql: Sql, ward: Ward, call: Call) => Promise<Response>,
): Handler {
  return async (call) => {
    const admin = requireAdmin(call);
    const [id = ""] = call.parameters;
    if (!isUuid(id)) throw notUuid("user_id must be an UUID");
    return await call.stack.database.asOwner(async (sql) => {
      const user = await findUser(sql, id);
      if (user === undefined) throw userNotFound("User not found");
      return await work(sql, { user, admin }, call);
    });
  };
}

/** `GET /admin/users/:id`. */
export const showUser: Handler = onUser(async (sql, { user }) =>
  Response.json(await describeUser(sql, user))
);

/** `PUT /admin/users/:id`. As on the server, `aud` and hashes are ignored. */
export const editUser: Handler = onUser(async (sql, { user, admin }, call) => {
  const input = readUser(call.body);
  const { password } = input;
  if (password !== undefined) checkPassword(password, call.stack.settings);

  const changed = await changeUser(sql, user, input, bcryptCostOf(call.stack))
    .catch(whenSqlFails("Error updating user"));
  if (password !== undefined) {
    await closeSessions(sql, { userId: user.id }, "global");
  }
  await record(sql, admin, { action: "user_modified", traits: whom(changed) });
  return Response.json(await describeUser(sql, changed));
});

const DELETION = v.object({ "should_soft_delete": FLAG });

/** `DELETE /admin/users/:id`. */
export const removeUser: Handler = onUser(
  async (sql, { user, admin }, { body }) => {
    const { should_soft_delete: soft } = body.length === 0
      ? { "should_soft_delete": false }
      : parse(DELETION, body);
    await record(sql, admin, { action: "user_deleted", traits: whom(user) });
    await (soft ? softDeleteUser(sql, user) : deleteUser(sql, user))
      .catch(whenSqlFails("Database error deleting user"));
    return Response.json({});
  },
);
