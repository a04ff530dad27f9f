/**
 * What `signed-upload` promises of what has arrived.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { until } from "../until.ts";
import { tokenOf } from "../world.ts";
import type { Clause } from "./contract.ts";
import { signed } from "./sweeps.ts";
import {
  arrive,
  ask,
  complete,
  newToken,
  PHOTO,
  PIXEL,
  send,
  settle,
  traces,
} from "./uploads.ts";

/** Clauses of the contract of `signed-upload`. */
export const COMPLETIONS: readonly Clause[] = [
  {
    name: "signed-upload moves what is as its ticket says to its place",
    async run(place) {
      const person = await place.world.newPerson();
      const token = await tokenOf(person);
      const { id, object, standard } = await arrive(place, token, {
        metadata: { from: "a camera" },
      });

      const response = await complete(place, token, id);

      strictEqual(response.status, 200);
      const { state, object: shown } = await response.json();
      strictEqual(state, "verified");
      deepStrictEqual(shown, object);
      const objects = await place.world.rows(
        `select bucket_id, name, owner_id, user_metadata from storage.objects
         where name in ($1, $2)`,
        [object.path, standard?.path],
      );
      deepStrictEqual(objects, [{
        ...{ "bucket_id": "photos", name: object.path },
        ...{ "owner_id": person.id, "user_metadata": { from: "a camera" } },
      }]);
      const { data } = await person.client.storage.from("photos")
        .download(object.path);
      deepStrictEqual(new Uint8Array(await data?.arrayBuffer() ?? []), PIXEL);
    },
  },
  {
    name: "U9 signed-upload keeps nothing that is something else",
    async run(place) {
      const token = await newToken(place);
      const before = await traces(place);
      const page = "<html><script>alert(document.domain)</script></html>";
      const wanted = { ...PHOTO, bytes: page.length };
      const ticket = await (await ask(place, token, wanted)).json();
      await (await send(ticket, page)).text();

      const response = await complete(place, token, ticket.id);

      const title = "Upload rejected";
      const reason = "type_mismatch";
      await assertProblem(response, { status: 422, title, reason });
      // But for the row that says why, for a day.
      const rows = await place.world.rows(
        "delete from portico.uploads where id = $1 returning state, object",
        [ticket.id],
      );
      deepStrictEqual(rows, [{ state: "rejected", object: null }]);
      deepStrictEqual(await traces(place), before);
    },
  },
  {
    name: "U15 signed-upload says of what has not arrived that it has not",
    async run(place) {
      const token = await newToken(place);
      const { id } = await (await ask(place, token, PHOTO)).json();

      const response = await complete(place, token, id);

      const title = "Upload not arrived";
      await assertProblem(response, { status: 409, title });
    },
  },
  {
    name: "signed-upload settles what nobody completes",
    async run(place) {
      await (await settle(place)).body?.cancel(); // what others have left
      const token = await newToken(place);
      const { id } = await arrive(place, token);

      const response = await settle(place);

      strictEqual(response.status, 200);
      const { run: _, ...tally } = await response.json();
      const none = { rejected: 0, elsewhere: 0, failed: 0, strays: 0 };
      deepStrictEqual(tally, { verified: 1, ...none });
      const rows = await place.world.rows(
        "select state from portico.uploads where id = $1",
        [id],
      );
      deepStrictEqual(rows, [{ state: "verified" }]);
    },
  },
  {
    name: "C1 signed-upload lets nobody settle but cron and an operator",
    async run(place) {
      const token = await newToken(place);
      const { publishable, webhookSecret } = place.world.stack.keys;
      await arrive(place, token);
      const before = await traces(place);

      for (
        const who of [
          {},
          { authorization: `Bearer ${token}` },
          { apikey: publishable },
          { "webhook-signature": "v1,x" },
          signed(`whsec_${btoa("another")}`, { body: "{}" }),
          signed(webhookSecret, { body: "{}" }),
          signed(webhookSecret),
        ]
      ) {
        const response = await settle(place, who);
        await assertProblem(response, { status: 401 });
      }

      deepStrictEqual(await traces(place), before);
    },
  },
  {
    name: "signed-upload answers a nudge before it has settled anything",
    async run(place) {
      const token = await newToken(place);
      const { id } = await arrive(place, token);
      const body = '{"function":"signed-upload/settle"}';
      const nudge = signed(place.world.stack.keys.webhookSecret, { body });

      const response = await settle(place, nudge, body);

      strictEqual(response.status, 202);
      deepStrictEqual(Object.keys(await response.json()), ["run"]);
      await until(async () => {
        const [row] = await place.world.rows<{ state: string }>(
          "select state from portico.uploads where id = $1",
          [id],
        );
        return row?.state === "verified";
      });
    },
  },
];
