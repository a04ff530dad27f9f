/**
 * What may end a person's right to act while their token is still valid.
 *
 * @module
 */
import type { Person, World } from "./world.ts";

/** A way to be turned away, by the id of its promise. */
export type End = readonly [
  id: string,
  why: string,
  end: (who: Person) => Promise<unknown>,
];

/** All of them. */
export function endsOf(world: World): End[] {
  return [
    [
      "A15",
      "banned",
      ({ id }) =>
        world.service().auth.admin.updateUserById(id, { ban_duration: "24h" }),
    ],
    ["A15", "deleted", ({ id }) => world.service().auth.admin.deleteUser(id)],
    [
      "A15",
      "deleted softly",
      ({ id }) => world.service().auth.admin.deleteUser(id, true),
    ],
    [
      "A15",
      "marked as deleted by SQL",
      ({ id }) =>
        world.rows("update auth.users set deleted_at = now() where id = $1", [
          id,
        ]),
    ],
    ["A16", "signed out", ({ client }) => client.auth.signOut()],
    [
      "A16",
      "signed out here and signed in elsewhere",
      async ({ client, email, password }) => {
        await world.anyone().auth.signInWithPassword({ email, password });
        await client.auth.signOut({ scope: "local" });
      },
    ],
  ];
}
