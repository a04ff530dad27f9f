/**
 * Two people to try things with. The stack makes them, and `seed.sql` does not:
 * that also runs on the platform's preview branches, and these passwords are
 * here for everybody to read.
 *
 * @module
 */
import { createUser, findUser } from "./auth/users.ts";
import type { Database } from "./database.ts";

/** A member, and an administrator (`app_metadata.role` is `admin`). */
export const PEOPLE = [
  {
    id: "00000000-0000-4000-8000-000000000001",
    email: "member@example.com",
    password: "portico-member",
    appMetadata: {},
  },
  {
    id: "00000000-0000-4000-8000-000000000002",
    email: "admin@example.com",
    password: "portico-admin",
    appMetadata: { role: "admin" },
  },
] as const;

/** Of their hashes. Their passwords are no secret. */
const BCRYPT_COST = 4;

/** Makes those of them that are not there. */
export async function ensurePeople(database: Database): Promise<void> {
  await database.asOwner(async (sql) => {
    for (const person of PEOPLE) {
      const known = await findUser(sql, person.id);
      if (known === undefined) await createUser(sql, person, BCRYPT_COST);
    }
  });
}
