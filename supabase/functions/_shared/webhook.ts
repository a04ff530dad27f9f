/**
 * Signatures of webhook deliveries, as in Standard Webhooks 1.0.0.
 *
 * @module
 */
import type { Auth, Message } from "./caller.ts";
import type { Config } from "./config.ts";
import { parseJson } from "./json.ts";
import { problem } from "./problem.ts";
import { isRecord } from "./record.ts";

const badSignature = problem(401, "Webhook signature not valid");

/** How far a sender's clock may be from ours, in seconds. From the spec. */
const TOLERANCE_S = 5 * 60;

/** Signatures that are tried: two secrets and two versions, and as many again. */
const MAX_SIGNATURES = 8;

/** A delivery whose sender holds the secret. */
export interface Delivery {
  readonly kind: "delivery";
  /** The same for every retry: process each id once. */
  readonly id: string;
}

/** Requires a delivery signed with one of `WEBHOOK_SECRET`. */
export async function webhook(
  { request, body }: Message,
  config: Config,
): Promise<Delivery | undefined> {
  const id = request.headers.get("webhook-id") ?? "";
  const sentAt = request.headers.get("webhook-timestamp") ?? "";
  const signatures = request.headers.get("webhook-signature");
  if (signatures === null) return undefined;
  const { webhookSecrets } = config;

  // A dot in the id would let it run into the timestamp that is signed behind it.
  const wellFormed = /^[\w-]{1,128}$/.test(id) && /^\d{10}$/.test(sentAt);
  const age = Math.abs(Date.now() / 1000 - Number(sentAt));
  const signed = concat(`${id}.${sentAt}.`, body);
  if (wellFormed && age <= TOLERANCE_S) {
    for (const secret of webhookSecrets) {
      if (await isSigned(signed, signatures, secret)) {
        return { kind: "delivery", id };
      }
    }
  }
  throw badSignature("The delivery is stale, or was not signed with our key");
}

/**
 * Requires a delivery of `portico.nudge()` for the function `name`: its body
 * says which function it was signed for, and nothing else.
 */
export function nudge(name: string): Auth<Delivery> {
  return async (message, config) => {
    const delivery = await webhook(message, config);
    if (delivery === undefined) return undefined;
    const body = parseJson(message.body);
    const isOurs = isRecord(body) && body["function"] === name &&
      Object.keys(body).length === 1;
    if (isOurs) return delivery;
    throw badSignature("The delivery was not signed for this function");
  };
}

/**
 * Whether any of `signatures` was made for `signed` with `secret`.
 *
 * @param signatures Space-separated `v1,<base64>`; several during a rotation.
 * @param secret `whsec_<base64>`.
 */
export async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: string,
  secret: string,
): Promise<boolean> {
  const key = await keyOf(secret, "verify");
  const known = signatures.split(" ").filter((one) => one.startsWith("v1,"));
  // `verify` compares in constant time, so there is no comparison of our own.
  const checks = known.slice(0, MAX_SIGNATURES).map((one) =>
    crypto.subtle.verify("HMAC", key, fromBase64(one.slice(3)), signed)
  );
  return (await Promise.all(checks)).includes(true);
}

function concat(head: string, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(head);
  const whole = new Uint8Array(bytes.length + tail.length);
  whole.set(bytes);
  whole.set(tail, bytes.length);
  return whole;
}

/** The headers that a delivery of `body` is signed with now. */
export async function signatureFor(
  id: string,
  body: string,
  secret: string,
): Promise<Record<string, string>> {
  const sentAt = String(Math.floor(Date.now() / 1000));
  const signed = new TextEncoder().encode(`${id}.${sentAt}.${body}`);
  const key = await keyOf(secret, "sign");
  const mac = await crypto.subtle.sign("HMAC", key, signed);
  return {
    "webhook-id": id,
    "webhook-timestamp": sentAt,
    "webhook-signature": `v1,${toBase64(new Uint8Array(mac))}`,
  };
}

async function keyOf(
  secret: string,
  use: "sign" | "verify",
): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  if (bytes.length === 0) throw new TypeError("WEBHOOK_SECRET must be base64");
  return await crypto.subtle.importKey("raw", bytes, hmac, false, [use]);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Bytes of a base64 text; none if it is not base64. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
