/**
 * `/admin/users/:id/factors` and `/passkeys`: what the service does when
 * somebody has lost their phone.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { onUser, type Ward } from "./admin.ts";
import { record } from "./audit.ts";
import type { Call, Handler } from "./call.ts";
import { isUuid } from "./callers.ts";
import { refusal } from "./errors.ts";
import {
  describeFactor,
  type Factor,
  findFactor,
  findFactors,
  removeFactor,
} from "./factors.ts";
import { parse, TEXT } from "./input.ts";
import { normalisePhone } from "./phones.ts";
import { addressOf } from "./sessions.ts";

const notUuid = refusal(404, "validation_failed");
const factorNotFound = refusal(404, "mfa_factor_not_found");
const passkeyNotFound = refusal(404, "validation_failed");

/** `GET /admin/users/:id/factors`. */
export const listFactors: Handler = onUser(async (sql, { user }) =>
  Response.json((await findFactors(sql, user.id)).map(describeFactor))
);

/** Runs `work` on the factor in the path, which has to be that person's. */
function onFactorOf(
  work: (
    sql: Sql,
    of: Ward & { readonly factor: Factor },
    call: Call,
  ) => Promise<Response>,
): Handler {
  return onUser(async (sql, ward, call) => {
    const [, id = ""] = call.parameters;
    if (!isUuid(id)) throw notUuid("factor_id must be an UUID");
    const factor = await findFactor(sql, { userId: ward.user.id, id });
    if (factor === undefined) throw factorNotFound("Factor not found");
    return await work(sql, { ...ward, factor }, call);
  });
}

/** `DELETE /admin/users/:id/factors/:factor`. */
export const deleteFactor: Handler = onFactorOf(
  async (sql, { user, factor }, { request }) => {
    await removeFactor(sql, factor);
    // As on the server: the log says that they did it themselves.
    await record(sql, user, {
      action: "factor_deleted",
      traits: { "user_id": user.id, "factor_id": factor.id },
      address: addressOf(request),
    });
    return Response.json(describeFactor(factor));
  },
);

const CHANGE = v.object({ "friendly_name": TEXT, phone: TEXT });

/** `PUT /admin/users/:id/factors/:factor`. What is empty stays. */
export const editFactor: Handler = onFactorOf(async (sql, of, { body }) => {
  const { user, admin, factor } = of;
  const input = parse(CHANGE, body);
  const phone = factor.type === "phone" && input.phone !== ""
    ? normalisePhone(input.phone)
    : null;
  await sql.query(UPDATE, [factor.id, input.friendly_name || null, phone]);
  await record(sql, admin, {
    action: "factor_updated",
    traits: {
      "user_id": user.id,
      "factor_id": factor.id,
      "factor_type": factor.type,
    },
  });
  const changed = await findFactor(sql, { userId: user.id, id: factor.id });
  return Response.json(describeFactor(changed ?? factor));
});

const UPDATE = `update auth.mfa_factors set
    friendly_name = coalesce($2::text, friendly_name),
    phone = coalesce($3::text, phone),
    updated_at = case
      when coalesce($2::text, $3::text) is null then updated_at else now()
    end
  where id = $1`;

/** `GET /admin/users/:id/passkeys`: nobody has any here. */
export const listPasskeys: Handler = onUser(() =>
  Promise.resolve(Response.json([]))
);

/** `DELETE /admin/users/:id/passkeys/:passkey`. */
export const deletePasskey: Handler = onUser(() =>
  Promise.reject(passkeyNotFound("Passkey not found"))
);
