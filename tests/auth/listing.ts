/**
 * `GET /admin/users`, through auth-js and without it: auth-js reads one digit
 * of the page in a link.
 *
 * @module
 */
import { deepStrictEqual, equal } from "node:assert/strict";
import { newEmail, world } from "./world.ts";

/** Five people with a name of their own, the oldest first. */
async function five(): Promise<{ name: string; emails: string[] }> {
  const name = crypto.randomUUID();
  const emails = [];
  for (let at = 0; at < 5; at++) {
    const email = newEmail();
    await world.admin()
      .createUser({ email, "user_metadata": { "full_name": name } });
    emails.push(email);
  }
  return { name, emails };
}

async function list(query: string): Promise<{
  readonly emails: string[];
  readonly response: Response;
}> {
  const response = await world
    .send(`/admin/users?${query}`, { method: "GET", key: world.keys.secret });
  const { users } = await response.json();
  return {
    emails: users?.map((it: { email: string }) => it.email),
    response,
  };
}

Deno.test("listUsers() pages through everybody, the newest first", async () => {
  await five();
  const total = Number(
    (await world.rows<{ count: string }>(
      `select count(*)::text as count from auth.users
         where aud = 'authenticated'`,
    ))[0]?.count,
  );
  const [newest] = await world.rows<{ email: string }>(
    `select email from auth.users where aud = 'authenticated'
       order by created_at desc limit 1`,
  );

  const { data } = await world.admin().listUsers({ page: 1, perPage: 2 });

  equal(data.users.length, 2);
  equal(data.users[0]?.email, newest?.email);
  deepStrictEqual("total" in data && [data.total, data.nextPage], [total, 2]);
});

Deno.test("GET /admin/users filters, sorts, and says where to go on", async () => {
  const { name, emails } = await five();
  const query = `filter=${name}&per_page=2`;

  const first = await list(query);
  const last = await list(`${query}&page=3`);
  const oldest = await list(`${query}&sort=created_at asc`);
  const byAddress = await list(`filter=${emails[0]?.slice(0, 20)}`);
  const beyond = await list(`${query}&page=9`);

  const newestFirst = emails.toReversed();
  deepStrictEqual(first.emails, newestFirst.slice(0, 2));
  equal(first.response.headers.get("x-total-count"), "5");
  equal(
    first.response.headers.get("link"),
    `</admin/users?filter=${name}&page=2&per_page=2>; rel="next", ` +
      `</admin/users?filter=${name}&page=3&per_page=2>; rel="last"`,
  );
  deepStrictEqual(last.emails, newestFirst.slice(4));
  equal(
    last.response.headers.get("link"),
    `</admin/users?filter=${name}&page=3&per_page=2>; rel="last"`,
  );
  deepStrictEqual(oldest.emails, emails.slice(0, 2));
  deepStrictEqual(byAddress.emails, emails.slice(0, 1));
  deepStrictEqual(beyond.emails, []);
});

for (
  const query of [
    "page=one",
    "per_page=-1",
    "per_page=0",
    "sort=email",
    "sort=created_at sideways",
  ]
) {
  Deno.test(`GET /admin/users refuses ${query}`, async () => {
    const response = await world
      .send(`/admin/users?${query}`, { method: "GET", key: world.keys.secret });

    equal(response.status, 400);
    equal((await response.json()).error_code, "validation_failed");
  });
}

Deno.test("GET /admin/users is for the service alone", async () => {
  const { session, email } = await world.signUp();

  for (const who of [{}, { bearer: session.access_token }]) {
    const response = await world
      .send("/admin/users", { method: "GET", ...who });

    equal(response.status, 403);
    equal((await response.text()).includes(email), false);
  }
});
