/**
 * What `signed-upload` promises over HTTP.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Upload } from "tus-js-client";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import {
  BUCKETS,
  LIMIT,
} from "../../supabase/functions/signed-upload/policy.ts";
import { tokenOf } from "../world.ts";
import { COMPLETIONS } from "./completions.ts";
import { type Clause, type Contract, isThere } from "./contract.ts";
import { COSTLY } from "./costly_uploads.ts";
import {
  ask,
  BODY_BYTES,
  newToken,
  paddedTo,
  PHOTO,
  send,
  traces,
  upload,
} from "./uploads.ts";

const clauses: Clause[] = [
  isThere("signed-upload", ["database", "storage"]),
  {
    name: "signed-upload lets a page of any origin ask, unless it is told",
    async run(place) {
      const response = await place.call("", {
        method: "OPTIONS",
        headers: { origin: "https://app.example.com" },
      });

      strictEqual(response.status, 204);
      const { headers } = response;
      strictEqual(headers.get("access-control-allow-origin"), "*");
      const methods = headers.get("access-control-allow-methods");
      strictEqual(methods, "GET, POST, DELETE");
    },
  },
  {
    name: "signed-upload's ticket says all that a plain HTTP client needs",
    async run(place) {
      const alice = await place.world.newPerson();
      const body = "the bytes of a photo";

      const wanted = { ...PHOTO, bytes: body.length };
      const response = await ask(place, await tokenOf(alice), wanted);
      const ticket = await response.json();
      const put = await send(ticket, body);

      const { object, standard } = ticket;
      strictEqual(response.status, 201);
      strictEqual(object.path, `${alice.id}/me.png`);
      strictEqual(put.status, 200);
      const Key = `${standard.bucket}/${standard.path}`;
      deepStrictEqual(await put.json(), { Key });
      const objects = await place.world.rows(
        `select owner::text, (metadata->>'size')::int as size
         from storage.objects where name = $1`,
        [standard.path],
      );
      deepStrictEqual(objects, [{ owner: alice.id, size: body.length }]);
    },
  },
  {
    name: "signed-upload's ticket is all that tus-js-client needs",
    async run(place) {
      const token = await newToken(place);
      const wanted = { ...PHOTO, name: "big.png", bytes: 20 };
      const { resumable } = await (await ask(place, token, wanted)).json();

      const { endpoint, headers, metadata } = resumable;
      await new Promise<void>((resolve, reject) =>
        new Upload(Buffer.alloc(20, "x"), {
          ...{ endpoint, headers, metadata },
          chunkSize: 8, // so that there are three
          retryDelays: null,
          storeFingerprintForResuming: false,
          onSuccess: () => resolve(),
          onError: reject,
        }).start()
      );

      const objects = await place.world.rows(
        `select (metadata ->> 'size')::int as size, metadata ->> 'mimetype' as type
         from storage.objects where name = $1`,
        [metadata.objectName],
      );
      deepStrictEqual(objects, [{ size: 20, type: "image/png" }]);
    },
  },
  {
    name: "signed-upload gives nothing to strangers",
    async run(place) {
      const token = await newToken(place);
      const [head, claims] = token.split(".");
      const [, , foreign] = (await newToken(place)).split(".");
      const before = await traces(place);

      for (const bad of ["", "x.y.z", `${head}.${claims}.${foreign}`]) {
        const response = await ask(place, bad, PHOTO);
        strictEqual(response.headers.get("access-control-allow-origin"), "*");
        await assertProblem(response, { status: 401 });
      }
      deepStrictEqual(await traces(place), before);
    },
  },
  {
    name: "signed-upload says of every field how to mend it",
    async run(place) {
      const body = { bucket: "x", name: "a/b", type: "image", bytes: 0.5 };

      const response = await ask(place, await newToken(place), body);

      const { errors } = await response.json();
      deepStrictEqual(errors, [
        { pointer: "#/bucket", detail: "Must be one of photos, documents" },
        {
          pointer: "#/name",
          detail: "Must be 1 to 255 letters, digits, '_', '-' and inner dots",
        },
        {
          pointer: "#/type",
          detail: "Must be a media type without parameters",
        },
        {
          pointer: "#/bytes",
          detail: "Must be a whole number of bytes, at least 1",
        },
      ]);
    },
  },
  {
    name:
      "signed-upload says which fields are missing and which are not its own",
    async run(place) {
      const response = await ask(place, await newToken(place), { file: "a" });

      const { errors } = await response.json();
      const missing = "Must be given";
      deepStrictEqual(errors, [
        { pointer: "#/bucket", detail: missing },
        { pointer: "#/type", detail: missing },
        { pointer: "#/bytes", detail: missing },
        { pointer: "#/file", detail: "Is not a field of this request" },
      ]);
    },
  },
  {
    name: "signed-upload refuses what it was not asked for",
    async run(place) {
      const token = await newToken(place);
      for (const extra of [{ path: "x" }, { upsert: true }, { owner: "x" }]) {
        const response = await ask(place, token, { ...PHOTO, ...extra });
        await assertProblem(response, { status: 422, title: "Invalid input" });
      }
    },
  },
  {
    name: "signed-upload refuses more than the bucket takes",
    async run(place) {
      const token = await newToken(place);
      const before = await traces(place);
      const { maxBytes } = BUCKETS.photos;

      const wanted = { ...PHOTO, bytes: maxBytes + 1 };
      const response = await ask(place, token, wanted);

      const title = "Upload too large";
      await assertProblem(response, { status: 413, title, maxBytes });
      deepStrictEqual(await traces(place), before);
    },
  },
  {
    name: "signed-upload reads no body past its limit",
    async run(place) {
      const token = await newToken(place);

      const body = paddedTo(BODY_BYTES + 1);
      const response = await ask(place, token, body);

      const title = "Body too large";
      const bodyBytes = BODY_BYTES;
      await assertProblem(response, { status: 413, title, bodyBytes });
    },
  },
  {
    name: "signed-upload leaves no row for a place that is taken",
    async run(place) {
      const token = await newToken(place);
      await upload(place, token, "taken.png");
      // An object of the time before there were tickets.
      await place.world.rows(
        "delete from portico.uploads where state = 'verified'",
      );
      const before = await traces(place);

      const taken = { ...PHOTO, name: "taken.png" };
      const response = await ask(place, token, taken);

      const title = "Object already exists";
      await assertProblem(response, { status: 409, title });
      deepStrictEqual(await traces(place), before);
    },
  },
  {
    name: "H13 signed-upload gives a repeated request its first ticket",
    async run(place) {
      const bob = await place.world.newPerson();
      const token = await tokenOf(bob);
      const headers = { "idempotency-key": '"once"' };

      const together = await Promise.all(
        [1, 2, 3, 4].map(() => ask(place, token, PHOTO, headers)),
      );
      const tickets = await Promise.all(together.map((it) => it.json()));

      deepStrictEqual(together.map((it) => it.status), [201, 201, 201, 201]);
      strictEqual(new Set(tickets.map(({ id }) => id)).size, 1);
      const rows = await place.world.rows(
        "select id from portico.uploads where owner = $1",
        [bob.id],
      );
      strictEqual(rows.length, 1);
    },
  },
  {
    name: "signed-upload counts requests, and says when there is one more",
    async run(place) {
      const bob = await place.world.newPerson();
      const token = await tokenOf(bob);
      const { capacity, windowS, name } = LIMIT;

      const first = await ask(place, token, PHOTO);
      const { headers } = first;
      await first.body?.cancel();
      const policy = `"${name}";q=${capacity};w=${windowS}`;
      strictEqual(headers.get("ratelimit-policy"), policy);
      strictEqual(headers.get("ratelimit"), `"${name}";r=59;t=0`);
      await place.world.rows(
        `update portico.rate_limits set tokens = 0.5, taken_at = now()
         where subject = $1`,
        [bob.id],
      );
      const before = await traces(place);

      const other = { ...PHOTO, name: "1.png" };
      const response = await ask(place, token, other);

      strictEqual(response.headers.get("retry-after"), "1");
      const title = "Too many requests";
      await assertProblem(response, { status: 429, title, retryAfterS: 1 });
      deepStrictEqual(await traces(place), before);
      // Nobody else is slower for it.
      const theirs = await ask(place, await newToken(place), PHOTO);
      await theirs.body?.cancel();
      strictEqual(theirs.status, 201);
    },
  },
];

/** The whole of it. */
export const contract: Contract = {
  clauses: [...clauses, ...COMPLETIONS],
  costly: COSTLY,
  failing: COSTLY[0],
};
