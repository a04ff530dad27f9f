import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { testConfig } from "./testing/config.ts";
import { isSigned, signatureFor, webhook } from "./webhook.ts";

// The test vector that every Standard Webhooks library shares.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SIGNED = new TextEncoder().encode(
  'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}',
);
const GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

const CASES: [why: string, signatures: string, expected: boolean][] = [
  ["its own signature", GOOD, true],
  ["one of several", `v1,AAAA ${GOOD}`, true],
  ["the eighth of several", `${"v1,AAAA ".repeat(7)}${GOOD}`, true],
  ["the ninth of several", `${"v1,AAAA ".repeat(8)}${GOOD}`, false],
  ["another version", GOOD.replace("v1", "v2"), false],
  ["another version's name", GOOD.replace("v1", "v1a"), false],
  ["no signature", "", false],
  ["text that is not base64", "v1,***", false],
];

for (const [why, signatures, expected] of CASES) {
  Deno.test(`W1 isSigned() is ${expected} for ${why}`, async () => {
    strictEqual(await isSigned(SIGNED, signatures, SECRET), expected);
  });
}

Deno.test("W3 isSigned() is false for one changed byte", async () => {
  const changed = SIGNED.slice();
  changed[40] = (changed[40] ?? 0) ^ 1;

  strictEqual(await isSigned(changed, GOOD, SECRET), false);
});

const BODY = '{"type":"INSERT"}';

interface Sent {
  readonly id?: string;
  /** Seconds from now. */
  readonly at?: number;
  readonly secret?: string;
  readonly body?: string;
}

/** A delivery as a sender would sign it; node:crypto is the other side. */
function delivery(
  { id = "msg_1", at = 0, secret = SECRET, body = BODY }: Sent,
) {
  const stamp = String(Math.floor(Date.now() / 1000) + at);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${stamp}.${BODY}`)
    .digest("base64");
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,${mac}`,
  };
  const request = new Request("http://x/f", { method: "POST", headers });
  return { request, body: new TextEncoder().encode(body) };
}

function taking(...secrets: string[]) {
  return testConfig("http://x", { WEBHOOK_SECRET: secrets.join(" ") });
}

const OTHER = `whsec_${
  Buffer.from("another secret of 24 byte").toString("base64")
}`;

Deno.test("webhook() takes a delivery that its secret signed", async () => {
  const caller = await webhook(delivery({}), taking(SECRET));
  deepStrictEqual(caller, { kind: "delivery", id: "msg_1" });
});

Deno.test("webhook() takes either secret during a rotation", async () => {
  const config = taking(OTHER, SECRET);
  for (const secret of [OTHER, SECRET]) {
    strictEqual((await webhook(delivery({ secret }), config))?.id, "msg_1");
  }
});

const UNSIGNED: [id: string, why: string, sent: Sent][] = [
  ["W2", "an older one", { at: -310 }],
  ["W2", "one from the future", { at: 310 }],
  ["W1", "another secret's", { secret: OTHER }],
  ["W3", "one with another body", { body: `${BODY} ` }],
  ["W4", "an id with a dot", { id: "msg.1" }],
  ["W4", "no id", { id: "" }],
];

for (const [id, why, sent] of UNSIGNED) {
  Deno.test(`${id} webhook() refuses ${why}`, async () => {
    const expected = { status: 401, title: "Webhook signature not valid" };
    await rejects(webhook(delivery(sent), taking(SECRET)), expected);
  });
}

Deno.test("webhook() is nobody's without a signature", async () => {
  const request = new Request("http://x/f", { method: "POST" });
  const message = { request, body: new Uint8Array() };
  strictEqual(await webhook(message, taking(SECRET)), undefined);
});

Deno.test("webhook() never opens without a secret", async () => {
  const config = testConfig("http://x");
  await rejects(webhook(delivery({}), config), { status: 401 });
});

Deno.test("signatureFor() signs so that webhook() takes it", async () => {
  const body = '{"type":"a"}';
  const config = testConfig("http://127.0.0.1:1", { WEBHOOK_SECRET: SECRET });

  const headers = await signatureFor("id_1", body, SECRET);

  const request = new Request("http://x/", { method: "POST", headers });
  const message = { request, body: new TextEncoder().encode(body) };
  deepStrictEqual(await webhook(message, config), {
    kind: "delivery",
    id: "id_1",
  });
  const signed = `id_1.${headers["webhook-timestamp"]}.${body}`;
  const key = Buffer.from(SECRET.replace("whsec_", ""), "base64");
  const mac = createHmac("sha256", key).update(signed).digest("base64");
  strictEqual(headers["webhook-signature"], `v1,${mac}`);
});
