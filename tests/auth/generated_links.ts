/**
 * `POST /admin/generate_link`: links for services that send their own mails.
 *
 * @module
 */
import { deepStrictEqual, equal, match } from "node:assert/strict";
import type { GenerateLinkParams } from "@supabase/supabase-js";
import { codeOf, follow, land, newEmail, PASSWORD, world } from "./world.ts";

/** Which links there are for somebody new, and for somebody known. */
const LINKS: [known: boolean, make: (email: string) => GenerateLinkParams][] = [
  [false, (email) => ({ type: "signup", email, password: PASSWORD })],
  [false, (email) => ({ type: "invite", email })],
  [true, (email) => ({ type: "magiclink", email })],
  [true, (email) => ({ type: "recovery", email })],
];

for (const [known, make] of LINKS) {
  const { type } = make("");

  Deno.test(`a ${type} link lets somebody in, and no mail is sent`, async () => {
    const email = known ? (await world.signUp()).email : newEmail();

    const { data, error } = await world.admin().generateLink(make(email));
    const { properties, user } = data;
    const landing = await follow({ link: properties?.action_link ?? "" });
    const session = await land(world.anyone(), landing);

    equal(error, null);
    equal(properties?.verification_type, type);
    equal(properties?.redirect_to, "http://127.0.0.1:3000");
    match(properties?.email_otp ?? "", /^\d{6}$/);
    equal(landing.said["type"], type);
    equal(session.user.id, user?.id);
    deepStrictEqual(world.mailsTo(email), []);
  });

  Deno.test(`the code of a ${type} link is as good as the link`, async () => {
    const email = known ? (await world.signUp()).email : newEmail();
    const { data } = await world.admin().generateLink(make(email));
    const token = data.properties?.email_otp ?? "";

    const verified = await world.anyone().auth
      .verifyOtp({ email, token, type: "email" });
    const used = await follow({ link: data.properties?.action_link ?? "" });

    equal(verified.data.session?.user.id, data.user?.id);
    equal(used.said["error_code"], "otp_expired");
  });
}

Deno.test("a magic link for somebody unknown signs them up", async () => {
  const email = newEmail();

  const { data } = await world.admin().generateLink({
    type: "magiclink",
    email,
    options: { data: { team: "red" } },
  });
  const landing = await follow({ link: data.properties?.action_link ?? "" });

  equal(data.properties?.verification_type, "signup");
  equal(data.user?.user_metadata["team"], "red");
  equal(landing.said["type"], "signup");
});

Deno.test("a link for a new address changes the address", async () => {
  const { email, id } = await world.signUp();
  const newOne = newEmail();

  const { data } = await world.admin()
    .generateLink({ type: "email_change_new", email, newEmail: newOne });
  const byHash = await world.anyone().auth.verifyOtp({
    "token_hash": data.properties?.hashed_token ?? "",
    type: "email_change",
  });

  equal(byHash.error, null);
  const { data: { user } } = await world.admin().getUserById(id);
  equal(user?.email, newOne);
});

Deno.test("generateLink() leads to allowed pages alone", async () => {
  const { email } = await world.signUp();
  const site = "http://127.0.0.1:3000";

  // auth-js asks in the query, and other clients in the body.
  const inQuery = async (redirectTo: string) => {
    const options = { redirectTo };
    const { data } = await world.admin()
      .generateLink({ type: "magiclink", email, options });
    return data.properties?.redirect_to;
  };
  const inBody = async (redirectTo: string) => {
    const response = await world.send("/admin/generate_link", {
      key: world.keys.secret,
      body: JSON.stringify({
        type: "magiclink",
        email,
        "redirect_to": redirectTo,
      }),
    });
    return (await response.json()).redirect_to;
  };

  for (const leadTo of [inQuery, inBody]) {
    equal(await leadTo(`${site}/in`), `${site}/in`);
    equal(await leadTo("https://evil.example"), site);
  }
});

for (
  const [why, make, expected] of [
    ["a recovery of nobody", (): GenerateLinkParams => ({
      type: "recovery",
      email: newEmail(),
    }), [404, "user_not_found"]],
    ["a signup without a password", (): GenerateLinkParams => ({
      type: "signup",
      email: newEmail(),
      password: "",
    }), [400, "validation_failed"]],
  ] as const
) {
  Deno.test(`generateLink() refuses ${why}`, async () => {
    const before = await world.rows("select count(*) from auth.users");

    const { error } = await world.admin().generateLink(make());

    deepStrictEqual(codeOf(error), expected);
    const after = await world.rows("select count(*) from auth.users");
    deepStrictEqual(after, before);
  });
}

Deno.test("generateLink() refuses to sign up or invite somebody known", async () => {
  const { email } = await world.signUp();
  const admin = world.admin();

  const refused = [
    await admin.generateLink({ type: "signup", email, password: PASSWORD }),
    await admin.generateLink({ type: "invite", email }),
  ].map(({ error }) => codeOf(error));

  deepStrictEqual(refused, Array(2).fill([422, "email_exists"]));
  const tokens = await world.rows(
    `select from auth.one_time_tokens t join auth.users u on u.id = t.user_id
       where u.email = $1`,
    [email],
  );
  deepStrictEqual(tokens, []);
});

Deno.test("POST /admin/generate_link is for the service alone", async () => {
  const { session, email } = await world.signUp();
  const body = JSON.stringify({ type: "magiclink", email });

  for (const who of [{}, { bearer: session.access_token }]) {
    const response = await world
      .send("/admin/generate_link", { ...who, body });

    equal(response.status, 403);
    deepStrictEqual(Object.keys(await response.json()).toSorted(), [
      "code",
      "error_code",
      "msg",
    ]);
  }
});
