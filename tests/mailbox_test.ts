/**
 * `/mailbox` of a whole stack: what it shows to programs and to people, and a
 * way in that begins there.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { totpOf } from "../local/auth/totp.ts";
import { openMailbox } from "../local/mailbox.ts";
import { writeMail } from "../local/auth/mails.ts";
import { signed } from "./contracts/sweeps.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const { url } = world.stack;

interface Shown {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly kind: string;
  readonly link: string;
  readonly code: string;
  readonly sentAt: string;
}

/** The mails to an address, as a program sees them. */
async function mailsTo(to: string): Promise<Shown[]> {
  const headers = { accept: "application/json" };
  const query = new URLSearchParams({ to });
  const response = await fetch(`${url}/mailbox?${query}`, { headers });
  return await response.json();
}

function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

Deno.test("an invitation from the mailbox ends in an aal2 session", async () => {
  const email = newEmail();
  await world.rows(`create or replace function public.assurance() returns text
    language sql stable as $$ select auth.jwt() ->> 'aal' $$`);
  await world.rows("notify pgrst, 'reload schema'");
  const client = world.anyone();

  await world.service().auth.admin.inviteUserByEmail(email);
  const [mail] = await mailsTo(email);
  const response = await fetch(mail?.link ?? "", { redirect: "manual" });
  const { hash } = new URL(response.headers.get("location") ?? "");
  const said = new URLSearchParams(hash.slice(1));
  await client.auth.setSession({
    "access_token": said.get("access_token") ?? "",
    "refresh_token": said.get("refresh_token") ?? "",
  });
  const { error } = await client.auth.updateUser({ password: "a password" });
  const before = await client.rpc("assurance");
  const { data } = await client.auth.mfa.enroll({ factorType: "totp" });
  const { id: factorId = "", totp } = data ?? {};
  const step = Math.floor(Date.now() / 30_000);
  const code = await totpOf(totp?.secret ?? "", step);
  await client.auth.mfa.challengeAndVerify({ factorId, code });
  const after = await client.rpc("assurance");

  equal(error, null);
  deepStrictEqual(Object.keys(mail ?? {}).toSorted(), [
    "code",
    "id",
    "kind",
    "link",
    "sentAt",
    "subject",
    "to",
  ]);
  equal(mail?.kind, "invite");
  deepStrictEqual([before.data, after.data], ["aal1", "aal2"]);
  ok(world.lines.includes(`[mail] invite to ${email}: ${mail?.link}`));
});

Deno.test("the mailbox has the newest first, for anybody or for one", async () => {
  const [one, other] = [newEmail(), newEmail()];
  const { admin } = world.service().auth;
  await admin.inviteUserByEmail(one);
  await admin.inviteUserByEmail(other);
  await world.anyone().auth.resetPasswordForEmail(one);

  const headers = { accept: "application/json" };
  const all: Shown[] = await (await fetch(`${url}/mailbox`, { headers }))
    .json();

  deepStrictEqual(all.slice(0, 3).map(({ to, kind }) => [to, kind]), [
    [one, "recovery"],
    [other, "invite"],
    [one, "invite"],
  ]);
  const kinds = (await mailsTo(one.toUpperCase())).map(({ kind }) => kind);
  deepStrictEqual(kinds, ["recovery", "invite"]);
});

Deno.test("the page escapes what others wrote, and may run nothing", async () => {
  const email = `"<script>alert(1)</script>"@example.com`;
  const mailbox = openMailbox(() => {}, world.stack.keys);
  mailbox.post(writeMail({
    to: email,
    kind: "recovery",
    link: 'http://127.0.0.1/?a="><script>alert(2)</script>',
    code: "123456",
  }));

  const response = await mailbox.fetch(
    new Request("http://127.0.0.1/mailbox"),
  );

  const page = await response.text();
  equal(page.includes("<script"), false);
  match(page, /&#60;script&#62;alert\(1\)/);
  match(page, /href="http:\/\/127\.0\.0\.1\/\?a=&#34;&#62;&#60;script/);
  match(page, /<code>123456<\/code>/);
  const policy = response.headers.get("content-security-policy") ?? "";
  match(policy, /^default-src 'none'; style-src 'nonce-[0-9a-f-]{36}'; /);
  const [, nonce] = policy.match(/'nonce-([^']+)'/) ?? [];
  ok(page.includes(`<style nonce="${nonce}">`));
});

Deno.test("other pages cannot read the mailbox", async () => {
  const headers = { origin: "https://evil.example" };

  const read = await fetch(`${url}/mailbox`, { headers });
  const asked = await fetch(`${url}/mailbox`, { method: "OPTIONS", headers });

  for (const response of [read, asked]) {
    equal(response.headers.get("access-control-allow-origin"), null);
    await response.body?.cancel();
  }
  equal(read.headers.get("content-type"), "text/html; charset=utf-8");
  equal(asked.status, 405);
});

Deno.test("DELETE empties the mailbox", async () => {
  const email = newEmail();
  await world.service().auth.admin.inviteUserByEmail(email);
  equal((await mailsTo(email)).length, 1);

  const response = await fetch(`${url}/mailbox`, { method: "DELETE" });

  equal(response.status, 204);
  deepStrictEqual(await mailsTo(email), []);
});

Deno.test("the mailbox keeps a hundred mails", async () => {
  const mailbox = openMailbox(() => {}, world.stack.keys);
  for (let at = 0; at < 101; at++) {
    const code = String(at).padStart(6, "0");
    mailbox.post(
      writeMail({ to: "a@b.c", kind: "recovery", link: null, code }),
    );
  }

  const headers = { accept: "application/json" };
  const request = new Request("http://127.0.0.1/mailbox", { headers });
  const kept: Shown[] = await (await mailbox.fetch(request)).json();

  equal(kept.length, 100);
  deepStrictEqual([kept[0]?.code, kept.at(-1)?.code], ["000100", "000001"]);
});

Deno.test("the mailbox takes notices that are signed, and no others", async () => {
  const email = newEmail();
  const data = { email, action: "update", fields: ["password"] };
  const body = JSON.stringify({ type: "account.changed", data });
  const { webhookSecret } = world.stack.keys;
  const send = (headers: Record<string, string>) =>
    fetch(`${url}/mailbox`, { method: "POST", headers, body });
  const good = signed(webhookSecret, { body });

  const wrong = [
    await send({}),
    await send(signed(webhookSecret, { body: `${body} ` })),
    await send({ ...good, "webhook-id": "another" }),
  ];
  const right = await send(good);

  deepStrictEqual(wrong.map(({ status }) => status), [401, 401, 401]);
  equal(right.status, 202);
  for (const it of [...wrong, right]) await it.body?.cancel();
  deepStrictEqual((await mailsTo(email)).map(({ kind }) => kind), ["notice"]);
});
