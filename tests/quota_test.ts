/**
 * What a person may have: reserved when a ticket is issued, kept while the
 * object is there, and given back with either.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { BUCKETS } from "../supabase/functions/signed-upload/policy.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  arrive,
  ask,
  complete,
  PHOTO,
  PIXEL,
  send,
  upload,
  usageOf,
} from "./contracts/uploads.ts";
import { type Person, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");
const { quota } = BUCKETS.photos;

const usage = (person: Person) => usageOf(world, person);

/** Makes objects that leave `person` room for so much. */
async function leaveRoom(
  { id }: Person,
  room: { bytes: number; objects: number },
): Promise<void> {
  const objects = quota.objects - room.objects;
  await world.rows(
    `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
       bytes, expires_at, state, object, arrived_at)
     select $1::uuid, 'photos', $1::uuid || '/' || n, 'photos',
       $1::uuid || '/' || n, 'image/png',
       case when n = 1 then $3::bigint - ($2::int - 1) else 1 end, now(),
       'verified', gen_random_uuid(), now()
     from generate_series(1, $2::int) as n`,
    [id, objects, quota.bytes - room.bytes],
  );
}

async function call(
  person: Person,
  method: string,
  id: string,
): Promise<Response> {
  const authorization = `Bearer ${await tokenOf(person)}`;
  return await place.call(`/${id}`, { method, headers: { authorization } });
}

Deno.test("a ticket reserves, and its object keeps what it reserved", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);

  await ask(place, token, { ...PHOTO, name: "open.png", bytes: 500 });
  const open = await usage(person);
  await upload(place, token, "there.png");

  deepStrictEqual(open, { bytes: 500, objects: 1 });
  deepStrictEqual(await usage(person), {
    bytes: 500 + PIXEL.length,
    objects: 2,
  });
});

Deno.test("a ticket for the same place takes the place of the first", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const first = await (await ask(place, token, PHOTO)).json();

  const second = await (await ask(place, token, { ...PHOTO, bytes: 7 })).json();

  deepStrictEqual(await usage(person), { bytes: 7, objects: 1 });
  strictEqual((await call(person, "GET", first.id)).status, 404);
  strictEqual((await call(person, "GET", second.id)).status, 200);
});

Deno.test("a quota is used to the last byte, and not past it", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  await leaveRoom(person, { bytes: 1000, objects: 10 });

  const fits = await ask(place, token, { ...PHOTO, name: "a", bytes: 1000 });
  const over = await ask(place, token, { ...PHOTO, name: "b", bytes: 1 });

  strictEqual(fits.status, 201);
  await assertProblem(over, {
    status: 403,
    title: "Quota exceeded",
    used: { bytes: quota.bytes, objects: quota.objects - 9 },
    quota,
  });
  const left = await world.rows(
    "select path from portico.uploads where owner = $1 and state = 'open'",
    [person.id],
  );
  deepStrictEqual(left, [{ path: `${person.id}/a` }]);
});

Deno.test("a quota counts objects as well", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  await leaveRoom(person, { bytes: 1_000_000, objects: 1 });

  const last = await ask(place, token, { ...PHOTO, name: "a", bytes: 1 });
  const over = await ask(place, token, { ...PHOTO, name: "b", bytes: 1 });

  strictEqual(last.status, 201);
  await assertProblem(over, { status: 403, title: "Quota exceeded" });
});

Deno.test("U13 of fifty requests at once one gets the last of a quota", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  await leaveRoom(person, { bytes: 1000, objects: 10 });

  const answers = await Promise.all(
    Array.from(
      { length: 50 },
      (_, n) => ask(place, token, { ...PHOTO, name: `new-${n}`, bytes: 1000 }),
    ),
  );
  const codes = await Promise.all(
    answers.map(async (it) => it.status === 201 ? 201 : (await it.json()).code),
  );

  strictEqual(codes.filter((code) => code === 201).length, 1);
  strictEqual(codes.filter((code) => code === "quota_exceeded").length, 49);
  deepStrictEqual(await usage(person), {
    bytes: quota.bytes,
    objects: quota.objects - 9,
  });
});

Deno.test("one person's quota is not another's", async () => {
  const full = await world.newPerson();
  await leaveRoom(full, { bytes: 0, objects: 0 });

  const token = await tokenOf(await world.newPerson());
  const response = await ask(place, token, PHOTO);

  strictEqual(response.status, 201);
});

Deno.test("U14 sweep gives back what was reserved and never came", async () => {
  const person = await world.newPerson();
  await ask(place, await tokenOf(person), PHOTO);
  await world.rows(
    "update portico.uploads set expires_at = now() where owner = $1",
    [person.id],
  );

  await behindGateway(world, "sweep").call("", {
    method: "POST",
    body: "{}",
    headers: {
      apikey: world.stack.keys.secret,
      "content-type": "application/json",
    },
  });

  deepStrictEqual(await usage(person), { bytes: 0, objects: 0 });
});

Deno.test("U14 a quota that expired tickets fill has room for the next", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  await leaveRoom(person, { bytes: 1000, objects: 10 });
  await ask(place, token, { ...PHOTO, name: "first.png", bytes: 1000 });
  const next = { ...PHOTO, name: "next.png", bytes: 1000 };
  const full = await ask(place, token, next);
  await world.rows(
    "update portico.uploads set expires_at = now() where owner = $1",
    [person.id],
  );

  const response = await ask(place, token, next);

  await assertProblem(full, { status: 403, title: "Quota exceeded" });
  strictEqual(response.status, 201);
});

Deno.test("a deleted object gives back what it took", async () => {
  const person = await world.newPerson();
  const path = await upload(place, await tokenOf(person), "gone.png");

  await person.client.storage.from("photos").remove([path]);

  deepStrictEqual(await usage(person), { bytes: 0, objects: 0 });
  const again = await ask(place, await tokenOf(person), {
    ...PHOTO,
    name: "gone.png",
  });
  strictEqual(again.status, 201);
});

Deno.test("a person who is deleted leaves no sums behind", async () => {
  const person = await world.newPerson();
  await upload(place, await tokenOf(person), "left.png");

  await world.service().auth.admin.deleteUser(person.id);

  strictEqual(await usage(person), undefined);
  const left = await world.rows(
    "select from portico.uploads where owner = $1",
    [person.id],
  );
  strictEqual(left.length, 0);
});

Deno.test("GET shows a person their upload", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await (await ask(place, token, PHOTO)).json();

  const response = await call(person, "GET", id);

  strictEqual(response.status, 200);
  const { createdAt, expiresAt, ...shown } = await response.json();
  deepStrictEqual(shown, {
    ...{ id, type: "image/png", bytes: 1000 },
    object: { bucket: "photos", path: `${person.id}/me.png` },
    state: "open",
    ...{ reason: null, detail: null, arrivedAt: null, judgedAt: null },
  });
  strictEqual(Date.parse(expiresAt) - Date.parse(createdAt), 7_200_000);
});

Deno.test("GET shows when an upload has arrived", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(place, token);

  const arrived = await (await call(person, "GET", id)).json();
  await complete(place, token, id);
  const verified = await (await call(person, "GET", id)).json();

  strictEqual(arrived.state, "arrived");
  strictEqual(arrived.arrivedAt >= arrived.createdAt, true);
  strictEqual(verified.state, "verified");
  strictEqual(verified.judgedAt >= verified.arrivedAt, true);
});

Deno.test("DELETE closes a ticket: its quota is back and its URL is dead", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const wanted = { ...PHOTO, bytes: PIXEL.length };
  const ticket = await (await ask(place, token, wanted)).json();

  const response = await call(person, "DELETE", ticket.id);

  strictEqual(response.status, 204);
  deepStrictEqual(await usage(person), { bytes: 0, objects: 0 });
  const late = await send(ticket, PIXEL);
  await late.body?.cancel();
  strictEqual(late.ok, false);
  const objects = await world.rows(
    "select from storage.objects where name like $1 || '%'",
    [person.id],
  );
  strictEqual(objects.length, 0);
});

Deno.test("DELETE leaves an object alone that is there", async () => {
  const person = await world.newPerson();
  const path = await upload(place, await tokenOf(person), "there.png");
  const [row] = await world.rows<{ id: string }>(
    "select id from portico.uploads where owner = $1",
    [person.id],
  );

  const response = await call(person, "DELETE", row?.id ?? "");

  const title = "Upload already arrived";
  await assertProblem(response, { status: 409, title });
  const down = await person.client.storage.from("photos").download(path);
  strictEqual(down.error, null);
});

Deno.test("A15 complete is refused to somebody who was banned", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(place, token);
  await world.service().auth.admin.updateUserById(person.id, {
    ban_duration: "1h",
  });

  const response = await complete(place, token, id);

  const title = "Account not active";
  await assertProblem(response, { status: 403, title });
  const objects = await world.rows(
    "select bucket_id as at from storage.objects where owner_id = $1",
    [person.id],
  );
  deepStrictEqual(objects, [{ at: "portico-inbox" }]);
});

Deno.test("DELETE closes an upload in the inbox: it is removed, and its quota is back", async () => {
  const person = await world.newPerson();
  const token = await tokenOf(person);
  const { id } = await arrive(place, token);

  const response = await call(person, "DELETE", id);
  const again = await call(person, "DELETE", id);

  strictEqual(response.status, 204);
  strictEqual(again.status, 204);
  deepStrictEqual(await usage(person), { bytes: 0, objects: 0 });
  const late = await complete(place, token, id);
  await assertProblem(late, { status: 422, reason: "closed" });
  const objects = await world.rows(
    "select from storage.objects where owner_id = $1",
    [person.id],
  );
  strictEqual(objects.length, 0);
});

for (const method of ["GET", "DELETE"]) {
  Deno.test(`U15 ${method} says of another's upload what it says of none`, async () => {
    const [owner, other] = [await world.newPerson(), await world.newPerson()];
    const { id } = await (await ask(place, await tokenOf(owner), PHOTO)).json();

    const foreign = await call(other, method, id);
    const absent = await call(other, method, crypto.randomUUID());

    const [{ instance: _one, ...one }, { instance: _two, ...two }] = [
      await foreign.json(),
      await absent.json(),
    ];
    strictEqual(foreign.status, 404);
    deepStrictEqual(one, two);
    deepStrictEqual(await usage(owner), { bytes: 1000, objects: 1 });
  });

  Deno.test(`${method} refuses what is no id`, async () => {
    const person = await world.newPerson();

    for (const id of ["x", "..%2f..", "1".repeat(400)]) {
      const response = await call(person, method, id);

      await assertProblem(response, { status: 422, title: "Invalid input" });
    }
  });

  Deno.test(`A15 ${method} is refused to somebody who was banned`, async () => {
    const person = await world.newPerson();
    const token = await tokenOf(person);
    const { id } = await (await ask(place, token, PHOTO)).json();
    await world.service().auth.admin.updateUserById(person.id, {
      ban_duration: "1h",
    });

    const response = await call(person, method, id);

    const title = "Account not active";
    await assertProblem(response, { status: 403, title });
    deepStrictEqual(await usage(person), { bytes: 1000, objects: 1 });
  });
}
