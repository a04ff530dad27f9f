/**
 * Refresh tokens: each is used once, but answers get lost.
 *
 * @module
 */
import { equal, notEqual } from "node:assert/strict";
import { sessionIdOf, world } from "./world.ts";

Deno.test("refreshSession() trades the token, and keeps the session", async () => {
  const person = await world.signUp();
  const sessionId = await sessionIdOf(person);

  const { data, error } = await person.client.auth.refreshSession();

  equal(error, null);
  notEqual(data.session?.refresh_token, person.session.refresh_token);
  equal(await sessionIdOf(person), sessionId);
  const { data: { user } } = await person.client.auth.getUser();
  equal(user?.id, person.id);
});

/** As if the reuse interval had passed since `token` was used. */
async function makeOld(token: string): Promise<void> {
  await world.rows(
    `update auth.refresh_tokens
       set updated_at = now() - interval '11 seconds' where token = $1`,
    [token],
  );
}

Deno.test("a client that lost the last answer gets it again, however late", async () => {
  const { session } = await world.signUp();
  const first = await (await world.refresh(session.refresh_token)).json();
  await makeOld(session.refresh_token);

  const again = await (await world.refresh(session.refresh_token)).json();

  equal(again.refresh_token, first.refresh_token);
});

Deno.test("a token used long ago ends every token of its session", async () => {
  const { session } = await world.signUp();
  const second = await (await world.refresh(session.refresh_token)).json();
  const third = await (await world.refresh(second.refresh_token)).json();
  await makeOld(session.refresh_token);

  const stolen = await world.refresh(session.refresh_token);
  const owner = await world.refresh(third.refresh_token);

  equal(stolen.status, 400);
  equal((await stolen.json()).code, "refresh_token_already_used");
  equal(owner.status, 400);
  equal((await owner.json()).code, "refresh_token_already_used");
});

Deno.test("a token used a moment ago may come again", async () => {
  const { session } = await world.signUp();
  const second = await (await world.refresh(session.refresh_token)).json();
  await (await world.refresh(second.refresh_token)).json();

  const again = await world.refresh(session.refresh_token);

  equal(again.status, 200);
  await again.body?.cancel();
});

Deno.test("two refreshes at once agree on the next token", async () => {
  const { session } = await world.signUp();

  const answers = await Promise.all(
    [1, 2].map(() => world.refresh(session.refresh_token)),
  );

  const [one, other] = await Promise.all(answers.map((it) => it.json()));
  equal(one.refresh_token, other.refresh_token);
  notEqual(one.refresh_token, session.refresh_token);
});

Deno.test("POST /token refuses a refresh token it never gave", async () => {
  const response = await world.refresh("abcdefghijkl");

  equal(response.status, 400);
  equal((await response.json()).code, "refresh_token_not_found");
});
