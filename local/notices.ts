/**
 * What functions have people told by mail: deliveries as in Standard Webhooks,
 * which a project would hand to whoever sends its mails.
 *
 * @module
 */
import * as v from "valibot";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { type Mail, writeMail } from "./auth/mails.ts";

const DELIVERY = v.object({
  type: v.literal("account.changed"),
  data: v.object({
    email: v.string(),
    action: v.string(),
    fields: v.array(v.string()),
  }),
});

/** The mail that a delivery asks for; `undefined` if it is not signed for that. */
export async function noticeIn(
  request: Request,
  secret: string,
): Promise<Mail | undefined> {
  const { headers } = request;
  const body = await request.text();
  const signed = `${headers.get("webhook-id")}.` +
    `${headers.get("webhook-timestamp")}.${body}`;
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(signed).digest("base64");
  const expected = Buffer.from(`v1,${mac}`);
  const given = Buffer.from(headers.get("webhook-signature") ?? "");
  const isSigned = given.length === expected.length &&
    timingSafeEqual(given, expected);
  if (!isSigned) return undefined;
  const { output, success } = v.safeParse(DELIVERY, JSON.parse(body));
  if (!success) return undefined;
  const { email: to, action, fields } = output.data;
  const mail = writeMail({ to, kind: "notice", link: null, code: "" });
  return { ...mail, text: `${mail.text}: ${action} (${fields.join(", ")}).` };
}
