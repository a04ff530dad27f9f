/**
 * `/admin/users/:id/factors`: what the service does when somebody has lost
 * their phone.
 *
 * @module
 */
import { onUser } from "./admin.ts";
import type { Handler } from "./call.ts";
import { isUuid } from "./callers.ts";
import { refusal } from "./errors.ts";
import { describeFactor, findFactor, findFactors } from "./factors.ts";

const notUuid = refusal(404, "validation_failed");
const factorNotFound = refusal(404, "mfa_factor_not_found");

/** `GET /admin/users/:id/factors`. */
export const listFactors: Handler = onUser(async (sql, user) =>
  Response.json((await findFactors(sql, user.id)).map(describeFactor))
);

/** `DELETE /admin/users/:id/factors/:factor`. */
export const removeFactor: Handler = onUser(async (sql, user, call) => {
  const [, id = ""] = call.parameters;
  if (!isUuid(id)) throw notUuid("factor_id must be an UUID");
  const factor = await findFactor(sql, { userId: user.id, id });
  if (factor === undefined) throw factorNotFound("Factor not found");
  await sql.query("delete from auth.mfa_factors where id = $1", [id]);
  return Response.json(describeFactor(factor));
});
