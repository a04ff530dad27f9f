/**
 * What signed-in people do with their own account: `/user` and `/logout`.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import { bcryptCostOf, type Call, type Handler } from "./call.ts";
import { type Caller, requireUser } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { adoptEmail, withProviders } from "./confirmations.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { hasVerifiedFactor } from "./factors.ts";
import { CHALLENGE, type Challenge, challengeOf } from "./flows.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import type { Mail } from "./mails.ts";
import { checkPassword, matches } from "./passwords.ts";
import { posting, sendEmailChange } from "./post.ts";
import { closeSessions } from "./sessions.ts";
import { describeUser } from "./user_json.ts";
import { findUser, type Metadata, requireFree, type User } from "./users.ts";

const notAdmin = refusal(403, "not_admin");
const insufficientAal = refusal(401, "insufficient_aal");
const anonymousPassword = refusal(422, "validation_failed");
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
  ...CHALLENGE,
});

type Account = v.InferOutput<typeof ACCOUNT>;

/**
 * `PUT /user`. A new address is theirs once it has been confirmed, though
 * somebody anonymous gets it at once where signing up needs no confirmation.
 */
export async function changeAccount(call: Call): Promise<Response> {
  const input = parse(ACCOUNT, call.body);
  return await posting(call, async (sql) => {
    const caller = await requireUser(sql, call);
    const wanted = wantedBy(input, caller.user);
    await requireAllowed(sql, call, { ...caller, ...wanted });
    const mails = await change(sql, call, { ...caller, ...wanted });
    const changed = await findUser(sql, caller.user.id) ?? caller.user;
    const answer = Response.json(await describeUser(sql, changed));
    return { answer, mails };
  });
}

/** What somebody wants of their own account. */
interface Wanted {
  /** Unless it is theirs already. */
  readonly newEmail: string | undefined;
  readonly password: string | undefined;
  readonly data: Metadata | null | undefined;
  readonly challenge: Challenge | undefined;
}

function wantedBy(input: Account, user: User): Wanted {
  if (input.app_metadata) {
    throw notAdmin("Updating app_metadata requires admin privileges");
  }
  const email = input.email === "" ? undefined : normaliseEmail(input.email);
  return {
    newEmail: email === user.email ? undefined : email,
    password: input.password ?? undefined,
    data: input.data,
    challenge: challengeOf(input),
  };
}

async function requireAllowed(
  sql: Sql,
  { stack }: Call,
  wanted: Caller & Wanted,
): Promise<void> {
  const { user, newEmail, password } = wanted;
  if (password !== undefined) checkPassword(password, stack.settings);
  if (password !== undefined || newEmail !== undefined) {
    await requireSecondFactor(sql, wanted);
  }
  if (user.isAnonymous && password !== undefined && newEmail === undefined) {
    throw anonymousPassword(
      "Updating password of an anonymous user without an email or phone " +
        "is not allowed",
    );
  }
  if (newEmail !== undefined) await requireFree(sql, newEmail);
  await requireNew(sql, user, password);
}

async function change(
  sql: Sql,
  call: Call,
  { user, session, newEmail, password, data, challenge }: Caller & Wanted,
): Promise<Mail[]> {
  const changes = { password, userMetadata: data };
  await changeUser(sql, user, changes, bcryptCostOf(call.stack))
    .catch(whenSqlFails("Error updating user"));
  if (password !== undefined) {
    // Whoever knew the old one is signed out.
    const current = { userId: user.id, sessionId: session?.id };
    await closeSessions(sql, current, "others");
    await record(sql, user, { action: "user_updated_password" });
  }
  await record(sql, user, { action: "user_modified" });
  if (newEmail === undefined) return [];
  if (user.isAnonymous && !call.stack.settings.confirmEmail) {
    await adoptEmail(sql, user, newEmail);
    await withProviders(sql, user);
    return [];
  }
  return await sendEmailChange({ sql, call, user, challenge }, newEmail);
}

/** Who has a second factor shows it before changing what they sign in with. */
async function requireSecondFactor(
  sql: Sql,
  { user, session }: Caller,
): Promise<void> {
  if (session?.aal === "aal2") return;
  if (!await hasVerifiedFactor(sql, user.id)) return;
  throw insufficientAal(
    "AAL2 session is required to update email or password when MFA is enabled.",
  );
}

async function requireNew(
  sql: Sql,
  { passwordHash }: User,
  password: string | undefined,
): Promise<void> {
  if (password === undefined || !passwordHash) return;
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
  await record(sql, user, { action: "logout" });
  return new Response(null, { status: 204 });
});
