/**
 * Whom a password lets in, and how it is kept. The oracle of bcrypt is Openwall's
 * test vector.
 *
 * @module
 */
import { deepStrictEqual, equal, match, notEqual } from "node:assert/strict";
import { createUser } from "../../local/auth/users.ts";
import {
  BCRYPT_COST,
  codeOf,
  newEmail,
  PASSWORD,
  sessionIdOf,
  world,
} from "./world.ts";

Deno.test("signInWithPassword() ignores the case of the address", async () => {
  const person = await world.signUp();

  const email = person.email.toUpperCase();
  const again = await world.signIn({ ...person, email });

  equal(again.id, person.id);
  notEqual(await sessionIdOf(again), await sessionIdOf(person));
});

Deno.test("a wrong password and an unknown address get one answer", async () => {
  const { email } = await world.signUp();

  const answers = await Promise.all([
    { email, password: "not it at all" },
    { email: newEmail(), password: PASSWORD },
  ].map(async (body) => {
    const response = await world.send("/token?grant_type=password", {
      body: JSON.stringify(body),
      version: "2024-01-01",
    });
    return [response.status, await response.json()];
  }));

  deepStrictEqual(answers[0], answers[1]);
  deepStrictEqual(answers[0], [400, {
    code: "invalid_credentials",
    message: "Invalid login credentials",
  }]);
});

Deno.test("a hash made elsewhere verifies here", async () => {
  const email = newEmail();
  await world.database.asOwner(async (sql) => {
    const user = { email, password: PASSWORD };
    const { id } = await createUser(sql, user, BCRYPT_COST);
    // From the test vectors of Openwall's crypt_blowfish: "U*U".
    const hash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    await sql.query(
      "update auth.users set encrypted_password = $2 where id = $1",
      [id, hash],
    );
  });
  const { auth } = world.anyone();

  const right = await auth.signInWithPassword({ email, password: "U*U" });
  const wrong = await auth.signInWithPassword({ email, password: PASSWORD });

  equal(right.error, null);
  deepStrictEqual(codeOf(wrong.error), [400, "invalid_credentials"]);
});

Deno.test("passwords are hashed with the work factor asked for", async () => {
  const { id } = await world.signUp();

  const [row] = await world.rows<{ hash: string }>(
    "select encrypted_password as hash from auth.users where id = $1",
    [id],
  );

  match(row?.hash ?? "", /^\$2a\$04\$/);
});
