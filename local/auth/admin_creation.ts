/**
 * `POST /admin/users`: the service makes somebody.
 *
 * @module
 */
import { type AdminInput, readUser } from "./admin_input.ts";
import { record, whom } from "./audit.ts";
import { bcryptCostOf, type Call } from "./call.ts";
import { isUuid, requireAdmin } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { isPasswordHash } from "./password_hashes.ts";
import { checkPassword, randomPassword } from "./passwords.ts";
import { describeUser } from "./user_json.ts";
import {
  createUser,
  type NewUser,
  requireFree,
  requireFreePhone,
} from "./users.ts";

// The server takes a hash that it cannot read for a failure of its own.
const badHash = refusal(500, "unexpected_failure");

const NIL = "00000000-0000-0000-0000-000000000000";

/** Without a password nobody knows it. */
export async function addUser(call: Call): Promise<Response> {
  const admin = requireAdmin(call);
  const { stack, body } = call;
  const input = readUser(body);
  const newcomer = newcomerOf(input, call);
  const { email, phone } = newcomer;
  const cost = bcryptCostOf(stack);

  return await stack.database.asOwner(async (sql) => {
    if (email !== undefined) await requireFree(sql, email);
    if (phone !== undefined) await requireFreePhone(sql, phone);
    const user = await createUser(sql, newcomer, cost)
      .catch(whenSqlFails("Database error creating new user"));
    const provider = email === undefined ? "phone" : "email";
    await record(sql, admin, {
      action: "user_signedup",
      traits: { ...whom(user), provider },
    });
    const made = input.banMs === undefined
      ? user
      : await changeUser(sql, user, { banMs: input.banMs }, cost);
    return Response.json(await describeUser(sql, made));
  });
}

function newcomerOf(input: AdminInput, { stack }: Call): NewUser {
  const { id, aud, role, email, phone } = input;
  if (email === undefined && phone === undefined) {
    throw validationFailed(
      "Cannot create a user without either an email or phone",
    );
  }
  if (id !== undefined && !isUuid(id)) {
    throw validationFailed("ID must conform to the uuid v4 format");
  }
  if (id === NIL) throw validationFailed("ID cannot be a nil uuid");
  return {
    ...secretOf(input, stack.settings),
    ...(id !== undefined && { id }),
    ...(aud !== undefined && { aud }),
    ...(role !== undefined && { role }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
    confirmed: input.confirmEmail,
    phoneConfirmed: input.confirmPhone,
    userMetadata: input.userMetadata ?? {},
    appMetadata: input.appMetadata ?? {},
  };
}

function secretOf(
  { password, passwordHash }: AdminInput,
  settings: Parameters<typeof checkPassword>[1],
): Pick<NewUser, "password" | "passwordHash"> {
  if (passwordHash === undefined) {
    const chosen = password || randomPassword();
    checkPassword(chosen, settings);
    return { password: chosen };
  }
  if (password !== undefined) {
    throw validationFailed(
      "Only a password or a password hash should be provided",
    );
  }
  if (!isPasswordHash(passwordHash)) throw badHash("Error creating user");
  return { passwordHash };
}
