/**
 * `/invite`: the service asks somebody in.
 *
 * @module
 */
import * as v from "valibot";
import { bcryptCostOf, type Call } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, whenSqlFails } from "./errors.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import { posting, sendInvite } from "./post.ts";
import { describeUser } from "./user_json.ts";
import { createUser, findUser, findUserByEmail } from "./users.ts";

const emailExists = refusal(422, "email_exists");

const INVITATION = v.object({ email: TEXT, data: METADATA });

/** `POST /invite`: makes the person, who has no password yet. */
export async function invite(call: Call): Promise<Response> {
  const admin = requireAdmin(call);
  const { stack } = call;
  const input = parse(INVITATION, call.body);
  const email = normaliseEmail(input.email);

  return await posting(call, async (sql) => {
    const known = await findUserByEmail(sql, email);
    if (known !== undefined && known.emailConfirmedAt !== null) {
      throw emailExists(
        "A user with this email address has already been registered",
      );
    }
    const user = known ?? await createUser(sql, {
      email,
      confirmed: false,
      userMetadata: input.data ?? {},
    }, bcryptCostOf(stack))
      .catch(whenSqlFails("Database error saving new user"));
    const mails = await sendInvite({ sql, call, user }, admin);
    const invited = await findUser(sql, user.id) ?? user;
    const answer = Response.json(await describeUser(sql, invited));
    return { answer, mails };
  });
}
