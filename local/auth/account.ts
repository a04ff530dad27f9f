/**
 * What signed-in people do with their own account: `/user` and `/logout`.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { bcryptCostOf, type Call, type Handler } from "./call.ts";
import { type Caller, requireUser } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import { checkPassword, matches } from "./passwords.ts";
import { closeSessions } from "./sessions.ts";
import { describeUser } from "./user_json.ts";
import { requireFree, type User } from "./users.ts";

const notAdmin = refusal(403, "not_admin");
const samePassword = refusal(422, "same_password");

/** Runs `work` for the signed-in person, in one transaction. */
function asCaller(
  work: (sql: Sql, caller: Caller, call: Call) => Promise<Response>,
): Handler {
  return (call) =>
    call.stack.database.asOwner(async (sql) =>
      await work(sql, await requireUser(sql, call), call)
    );
}

/** `GET /user`. */
export const showAccount: Handler = asCaller(async (sql, { user }) =>
  Response.json(await describeUser(sql, user))
);

const ACCOUNT = v.object({
  email: TEXT,
  password: v.nullish(v.string()),
  data: METADATA,
  "app_metadata": METADATA,
});

/** `PUT /user`. The address changes at once: no mail is sent from here. */
export const changeAccount: Handler = asCaller(async (sql, caller, call) => {
  const { user, session } = caller;
  const cost = bcryptCostOf(call.stack);
  const input = parse(ACCOUNT, call.body);
  const email = input.email === "" ? undefined : normaliseEmail(input.email);
  const password = input.password ?? undefined;
  if (password !== undefined) checkPassword(password);
  if (input.app_metadata) {
    throw notAdmin("Updating app_metadata requires admin privileges");
  }
  const newEmail = email === user.email ? undefined : email;
  if (newEmail !== undefined) await requireFree(sql, newEmail);
  await requireNew(sql, user, password);

  const changed = await changeUser(sql, user, {
    email: newEmail,
    confirmEmail: newEmail !== undefined,
    password,
    userMetadata: input.data,
  }, cost).catch(whenSqlFails("Error updating user"));
  if (password !== undefined) {
    // Whoever knew the old one is signed out.
    const current = { userId: user.id, sessionId: session?.id };
    await closeSessions(sql, current, "others");
  }
  return Response.json(await describeUser(sql, changed));
});

async function requireNew(
  sql: Sql,
  { passwordHash }: User,
  password: string | undefined,
): Promise<void> {
  if (password === undefined || passwordHash === null) return;
  if (!await matches(sql, password, passwordHash)) return;
  throw samePassword("New password should be different from the old password.");
}

const SCOPE = v.picklist(["global", "local", "others"]);

/** `POST /logout`. */
export const signOut: Handler = asCaller(async (sql, caller, call) => {
  const asked = call.url.searchParams.get("scope") || "global";
  if (!v.is(SCOPE, asked)) {
    throw validationFailed(`Unsupported logout scope "${asked}"`);
  }
  const { user, session } = caller;
  const current = { userId: user.id, sessionId: session?.id };
  await closeSessions(sql, current, asked);
  return new Response(null, { status: 204 });
});
