/**
 * Links of `signed-download` when many sessions ask at the same time.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Project, type Session, startProject } from "./project.ts";
import { serviceTest } from "./service.ts";

let started: Promise<Project> | undefined;

/** Sessions of the one server of these tests. */
async function sessions(count: number): Promise<Session[]> {
  started ??= startProject();
  return await (await started).sessions(count);
}

Deno.test.afterAll(async () => await (await started)?.[Symbol.asyncDispose]());

const MEMBER = "00000000-0000-4000-8000-000000000001"; // of seed.sql

interface Given {
  readonly path: string;
  readonly url: string;
}

/** Keeps links to 1,000 objects as the request `n` has had them signed. */
async function keep(
  sql: Session,
  n: number,
  version: string,
): Promise<Given[]> {
  const links = Array.from({ length: 1_000 }, (_, at) => ({
    bucket: "photos",
    path: `${((at + 1) * (n + 1)) % 1_009}`, // each request in another order
    "lifetime_s": 60,
    options: "",
    version,
    url: `/${n}/${version}`,
    expires: Math.floor(Date.now() / 1000) + 120,
  }));
  const [row] = await sql<{ it: { url: string }[] }[]>`
    select portico_api.keep_links(${MEMBER}, ${sql.json(links)}) as it`;
  return links.map(({ path }, at) => ({ path, url: row?.it[at]?.url ?? "" }));
}

serviceTest(
  "of requests that sign the same at once all give one link",
  async () => {
    const all = await sessions(8);

    for (let round = 0; round < 5; round++) {
      const version = `v${round}`;
      const kept = (await Promise.all(
        all.map((sql, n) => keep(sql, n, version)),
      )).flat();

      const given = new Map<string, Set<string>>();
      for (const { path, url } of kept) {
        given.set(path, (given.get(path) ?? new Set()).add(url));
      }
      strictEqual(kept.length, 8_000);
      deepStrictEqual(
        [...given].filter(([, urls]) => urls.size !== 1),
        [],
      );
      const [url = ""] = given.get("8") ?? [];
      strictEqual(url.endsWith(version), true);
    }
  },
);

serviceTest(
  "of requests at once as many are admitted as the rate allows",
  async () => {
    const all = await sessions(8);
    const [sql] = all;
    if (sql === undefined) throw new Error("No session");
    await sql`delete from portico.rate_limits`;
    const [session] = await sql<{ id: string }[]>`
      insert into auth.sessions (id, user_id, created_at, updated_at)
      values (gen_random_uuid(), ${MEMBER}, now(), now()) returning id`;
    const claims = JSON.stringify({
      role: "authenticated",
      sub: MEMBER,
      "session_id": session?.id,
    });
    const open = (one: Session) =>
      one.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${claims}, true)`;
        await tx`set local role authenticated`;
        const [row] = await tx<{ it: string }[]>`
          select portico_api.open_links('[]') ->> 'outcome' as it`;
        return row?.it;
      });

    const outcomes: unknown[] = [];
    for (let round = 0; round < 10; round++) {
      outcomes.push(...await Promise.all(all.map(open)));
    }

    // 60 at once, and one more for each second that this took.
    const opened = outcomes.filter((it) => it === "opened").length;
    strictEqual(opened >= 60 && opened < 75, true, `${opened}`);
    strictEqual(outcomes.filter((it) => it === "limited").length, 80 - opened);
  },
);
