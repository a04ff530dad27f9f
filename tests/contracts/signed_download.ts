/**
 * What `signed-download` promises over HTTP.
 *
 * @module
 */
import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import {
  LIMIT,
  MAX_ITEMS,
} from "../../supabase/functions/signed-download/policy.ts";
import { type Clause, type Contract, isThere } from "./contract.ts";
import { COSTLY } from "./costly_downloads.ts";
import {
  answers,
  ask,
  BODY_BYTES,
  fill,
  itemsOf,
  linksOf,
  newcomer,
  put,
  urls,
} from "./downloads.ts";

const clauses: Clause[] = [
  isThere("signed-download", ["database", "storage"]),
  {
    name: "signed-download's links lead to the files, in order",
    async run(place) {
      const { person, token } = await newcomer(place);
      const names = ["b.txt", "a.txt", "c.txt"];
      const paths: string[] = [];
      for (const name of names) paths.push(await put(person, name, name));

      const before = Date.now();
      const given = await answers(
        place,
        token,
        itemsOf("documents", paths, 90),
      );

      deepStrictEqual(given.map(({ path }) => path), paths);
      const texts = await Promise.all(given.map(async ({ url = "" }) => {
        const { origin } = new URL(url);
        strictEqual(origin, place.world.stack.url);
        return await (await fetch(url)).text();
      }));
      deepStrictEqual(texts, names);
      for (const { expiresAt = "" } of given) {
        const lifetimeS = (Date.parse(expiresAt) - before) / 1000;
        ok(lifetimeS > 90 && lifetimeS <= 182, `${lifetimeS} s`);
      }
    },
  },
  {
    name: "signed-download gives the same links again, and may not be cached",
    async run(place) {
      const { person, token } = await newcomer(place);
      const path = await put(person, "a.txt", "a");
      const items = itemsOf("documents", [path]);

      const first = await ask(place, token, { items });
      const [again] = await urls(place, token, items);
      const [longer] = await urls(
        place,
        token,
        itemsOf("documents", [path], 61),
      );

      const control = first.headers.get("cache-control");
      strictEqual(control, "private, no-store");
      strictEqual((await first.json()).items[0].url, again);
      notStrictEqual(again, longer);
      strictEqual((await linksOf(place.world, person.id)).length, 2);
    },
  },
  {
    name: "U17 signed-download answers for another's object as for none",
    async run(place) {
      const alice = await newcomer(place);
      const bob = await newcomer(place);
      const theirs = await put(alice.person, "a.txt", "hers");
      await answers(place, alice.token, itemsOf("documents", [theirs]));
      const absent = `${alice.person.id}/b.txt`;

      const [foreign, none] = await answers(
        place,
        bob.token,
        itemsOf("documents", [theirs, absent]),
      );

      deepStrictEqual({ ...foreign, path: "" }, { ...none, path: "" });
      strictEqual(foreign?.problem?.["code"], "object_not_found");
      strictEqual(foreign?.problem?.["status"], 404);
      deepStrictEqual(await linksOf(place.world, bob.person.id), []);
    },
  },
  {
    name: "U18 signed-download saves a file under the name that was asked for",
    async run(place) {
      const { person, token } = await newcomer(place);
      const path = await put(person, "a.txt", "a");
      const [item] = itemsOf("documents", [path]);
      const download = "Übersicht 🗺️.txt";

      const [url = ""] = await urls(place, token, [{ ...item, download }]);
      const response = await fetch(url);

      strictEqual(await response.text(), "a");
      const header = response.headers.get("content-disposition") ?? "";
      const [, name = ""] = header.match(/filename\*=UTF-8''([^;]*)/) ?? [];
      strictEqual(decodeURIComponent(name), download);
    },
  },
  {
    name: "signed-download gives nothing to strangers",
    async run(place) {
      const { person, token } = await newcomer(place);
      const path = await put(person, "a.txt", "a");
      const items = itemsOf("documents", [path]);
      const [head, claims] = token.split(".");
      const [, , foreign] = (await newcomer(place)).token.split(".");

      for (const bad of ["", "x.y.z", `${head}.${claims}.${foreign}`]) {
        const response = await ask(place, bad, { items });
        strictEqual(response.headers.get("access-control-allow-origin"), "*");
        await assertProblem(response, { status: 401 });
      }
      deepStrictEqual(await linksOf(place.world, person.id), []);
    },
  },
  {
    name: "signed-download says of every field how to mend it",
    async run(place) {
      const { token } = await newcomer(place);
      const transform = { width: 0, quality: 101, crop: true };

      const response = await ask(place, token, {
        items: [
          {
            bucket: "x",
            path: "a//b",
            expiresIn: 0.5,
            download: "",
            transform,
          },
          { bucket: "documents", path: "a", expiresIn: 3601, transform: {} },
          { bucket: "documents", path: "a", expiresIn: 3601 },
        ],
      });

      const { errors } = await response.json();
      deepStrictEqual(
        errors.map(({ pointer }: { pointer: string }) => pointer),
        [
          "#/items/0/bucket",
          "#/items/0/path",
          "#/items/0/expiresIn",
          "#/items/0/download",
          "#/items/0/transform/width",
          "#/items/0/transform/quality",
          "#/items/0/transform/crop",
          "#/items/1/transform",
          "#/items/1/expiresIn",
          "#/items/2/expiresIn",
        ],
      );
      strictEqual(errors.at(-1).detail, "Must be at most 3600 in documents");
    },
  },
  {
    name: "signed-download takes a hundred items, and not one more",
    async run(place) {
      const { person, token } = await newcomer(place);
      const paths = await fill(place.world, person.id, MAX_ITEMS + 1);

      const items = itemsOf("photos", paths);
      const refused = await ask(place, token, { items });
      const before = await linksOf(place.world, person.id);
      const given = await urls(place, token, items.slice(1));

      const title = "Invalid input";
      await assertProblem(refused, {
        status: 422,
        title,
        errors: [{ pointer: "#/items", detail: "Must have at most 100 items" }],
      });
      deepStrictEqual(before, []);
      strictEqual(new Set(given).size, MAX_ITEMS);
      strictEqual((await linksOf(place.world, person.id)).length, MAX_ITEMS);
    },
  },
  {
    name: "signed-download reads no body past its limit",
    async run(place) {
      const { token } = await newcomer(place);

      const response = await ask(place, token, "{}".padEnd(BODY_BYTES + 1));

      const title = "Body too large";
      await assertProblem(response, { status: 413, title });
    },
  },
  {
    name: "signed-download counts requests, and says when there is one more",
    async run(place) {
      const { person, token } = await newcomer(place);
      const path = await put(person, "a.txt", "a");
      const items = itemsOf("documents", [path]);
      const { capacity, windowS, name } = LIMIT;

      const { headers, body } = await ask(place, token, { items });
      await body?.cancel();
      const policy = `"${name}";q=${capacity};w=${windowS}`;
      strictEqual(headers.get("ratelimit-policy"), policy);
      strictEqual(headers.get("ratelimit"), `"${name}";r=59;t=0`);
      await place.world.rows(
        `update portico.rate_limits set tokens = 0.5, taken_at = now()
         where subject = $1`,
        [person.id],
      );

      const other = itemsOf("documents", [path], 61);
      const response = await ask(place, token, { items: other });

      strictEqual(response.headers.get("retry-after"), "1");
      const title = "Too many requests";
      await assertProblem(response, { status: 429, title, retryAfterS: 1 });
      strictEqual((await linksOf(place.world, person.id)).length, 1);
    },
  },
];

/** The whole of it. */
export const contract: Contract = { clauses, costly: COSTLY };
