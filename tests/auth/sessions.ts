/**
 * How sessions end: by signing out, and with time.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import { codeOf, sessionIdOf, world } from "./world.ts";

Deno.test("POST /token refuses a session past its end", async () => {
  const person = await world.signUp();
  await world.rows(
    `update auth.sessions
     set not_after = now() - interval '1 second' where user_id = $1`,
    [person.id],
  );

  const { error } = await person.client.auth.refreshSession();

  deepStrictEqual(codeOf(error), [400, "session_expired"]);
});

for (
  const [scope, stays] of [
    ["global", []],
    ["local", ["other"]],
    ["others", ["current"]],
  ] as const
) {
  Deno.test(`signOut() with scope ${scope} ends the sessions it names`, async () => {
    const current = await world.signUp();
    const other = await world.signIn(current);
    const ids = {
      current: await sessionIdOf(current),
      other: await sessionIdOf(other),
    };

    const { error } = await current.client.auth.signOut({ scope });

    equal(error, null);
    const left = stays.map((name) => ids[name]);
    deepStrictEqual(await world.sessionsOf(current), left);
    for (const [name, person] of Object.entries({ current, other })) {
      const lives = stays.some((it) => it === name);
      const { refresh_token: token, access_token: bearer } = person.session;
      const user = await world.send("/user", { method: "GET", bearer });
      const refreshed = await world.refresh(token);
      const codes = [await user.json(), await refreshed.json()]
        .map((body) => body.error_code ?? body.code);
      deepStrictEqual(
        codes,
        lives
          ? [undefined, undefined]
          : ["session_not_found", "refresh_token_not_found"],
      );
    }
  });
}

Deno.test("POST /logout refuses a scope it does not know", async () => {
  const person = await world.signUp();

  const response = await world.send("/logout?scope=everyone", {
    bearer: person.session.access_token,
  });

  equal(response.status, 400);
  equal((await response.json()).error_code, "validation_failed");
  equal((await world.sessionsOf(person)).length, 1);
});
