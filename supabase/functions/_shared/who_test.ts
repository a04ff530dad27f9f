import { doesNotThrow, ok, throws } from "node:assert/strict";
import { type User, userOf } from "./claims.ts";
import { admit, type Who } from "./who.ts";

const ID = "7f3c0b1e-0000-4000-8000-000000000001";

function person(claims: Readonly<Record<string, unknown>> = {}): User {
  const user = userOf({
    ...{ sub: ID, session_id: ID, exp: 2_000_000_000 },
    ...{ aud: "authenticated", role: "authenticated", ...claims },
  });
  ok(user);
  return user;
}

const PAINTER = { "app_metadata": { role: "painter" } };
const ANYBODY: Who = { anonymous: true, aal2: false };

const CASES: [
  title: string,
  who: Who,
  claims: Readonly<Record<string, unknown>>,
][] = [
  ["", ANYBODY, {}],
  ["", ANYBODY, { "is_anonymous": true }],
  ["Forbidden", { ...ANYBODY, anonymous: false }, { "is_anonymous": true }],
  ["", { ...ANYBODY, roles: ["painter"] }, PAINTER],
  ["", { ...ANYBODY, roles: ["admin", "painter"] }, PAINTER],
  ["Forbidden", { ...ANYBODY, roles: ["admin"] }, PAINTER],
  ["Forbidden", { ...ANYBODY, roles: [] }, PAINTER],
  ["Forbidden", { ...ANYBODY, roles: ["painter"] }, {}],
  [
    "Forbidden",
    { ...ANYBODY, roles: ["painter"] },
    { "user_metadata": { role: "painter" } },
  ],
  ["", { ...ANYBODY, aal2: true }, { aal: "aal2" }],
  ["Second factor needed", { ...ANYBODY, aal2: true }, { aal: "aal1" }],
];

for (const [title, who, claims] of CASES) {
  const what = title ? `says "${title}" to` : "lets through";
  Deno.test(`admit() ${what} ${JSON.stringify(claims)} for ${JSON.stringify(who)}`, () => {
    const ask = () => admit(who, person(claims));

    if (title) throws(ask, { title });
    else doesNotThrow(ask);
  });
}
