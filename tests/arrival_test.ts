/**
 * What arrives in a guarded bucket, and what does not: every way to write an
 * object, with every ticket that is not good for it. A refusal leaves no row,
 * no object and no file.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Upload } from "tus-js-client";
import { behindGateway } from "./contracts/contract.ts";
import { ask, PHOTO, traces, upload } from "./contracts/uploads.ts";
import { type Person, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");
const { url, keys } = world.stack;

/** What somebody sends, and where to. */
interface Sent {
  readonly person: Person;
  /** Where to: the inbox, unless a test is about something else. */
  readonly bucket: string;
  readonly path: string;
  /** Of a signed URL. */
  readonly token: string;
  readonly type: string;
  readonly body: string;
}

/** Where a signed URL leads. */
function signedAt({ bucket, path, token }: Sent): string {
  return `/upload/sign/${bucket}/${path}?token=${token}`;
}

/** Whether Storage has taken what was sent. */
type Protocol = (sent: Sent) => Promise<boolean>;

async function send(
  at: string,
  { type, body }: Sent,
  init: RequestInit,
): Promise<boolean> {
  const headers = { "content-type": type, ...init.headers };
  const response = await fetch(`${url}/storage/v1/object${at}`, {
    method: "POST",
    ...init,
    headers,
    body,
  });
  await response.body?.cancel();
  return response.ok;
}

const { region, ...credentials } = keys.s3;
const s3 = new S3Client({
  endpoint: `${url}/storage/v1/s3`,
  forcePathStyle: true,
  maxAttempts: 1,
  region,
  credentials,
});

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

/** Sends with tus-js-client, in two pieces, to `at` with `headers`. */
function resume(
  at: string,
  headers: Record<string, string>,
  { bucket: bucketName, path: objectName, type: contentType, body }: Sent,
): Promise<boolean> {
  return new Promise((done) =>
    new Upload(Buffer.from(body), {
      endpoint: `${url}/storage/v1/upload/${at}`,
      headers,
      chunkSize: 6,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { bucketName, objectName, contentType },
      onError: () => done(false),
      onSuccess: () => done(true),
    }).start()
  );
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "TUS with a signed token": (sent) =>
    resume("resumable/sign", { "x-signature": sent.token }, sent),
  "TUS of the user's": async (sent) =>
    await resume("resumable", {
      authorization: `Bearer ${await tokenOf(sent.person)}`,
      apikey: keys.publishable,
    }, sent),
  "TUS with a secret key": (sent) =>
    resume("resumable", { apikey: keys.secret, "x-upsert": "true" }, sent),
  "S3 with the project's key": ({ bucket, path, type, body }) =>
    succeeds(() =>
      s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: path,
          Body: body,
          ContentType: type,
        }),
      )
    ),
  "a presigned URL of the project's S3 key": async (sent) => {
    const command = new PutObjectCommand({
      Bucket: sent.bucket,
      Key: sent.path,
    });
    const signed = await getSignedUrl(s3, command, { expiresIn: 60 });
    const headers = { "content-type": sent.type };
    const response = await fetch(signed, {
      method: "PUT",
      headers,
      body: sent.body,
    });
    await response.body?.cancel();
    return response.ok;
  },
  "S3 in parts, with the project's key": ({ bucket, path, type, body }) => {
    const at = { Bucket: bucket, Key: path };
    return succeeds(async () => {
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ ...at, ContentType: type }),
      );
      const part = { ...at, UploadId, PartNumber: 1, Body: body };
      const { ETag } = await s3.send(new UploadPartCommand(part));
      const Parts = [{ PartNumber: 1, ETag }];
      await s3.send(
        new CompleteMultipartUploadCommand({
          ...at,
          UploadId,
          MultipartUpload: { Parts },
        }),
      );
    });
  },
  "a signed URL": (sent) =>
    send(signedAt(sent), sent, {
      method: "PUT",
    }),
  "a signed URL, to overwrite": (sent) =>
    send(signedAt(sent), sent, {
      method: "PUT",
      headers: { "x-upsert": "true" },
    }),
  "an upload of the user's": async (sent) => {
    const authorization = `Bearer ${await tokenOf(sent.person)}`;
    const headers = { authorization, apikey: keys.publishable };
    return await send(`/${sent.bucket}/${sent.path}`, sent, { headers });
  },
  "a form of the user's": async ({ person, bucket, path, type, body }) => {
    const file = new Blob([body], { type });
    const files = person.client.storage.from(bucket);
    return (await files.upload(path, file)).error === null;
  },
  "a secret key": (sent) =>
    send(`/${sent.bucket}/${sent.path}`, sent, {
      headers: { apikey: keys.secret },
    }),
  "a secret key, to overwrite": (sent) =>
    send(`/${sent.bucket}/${sent.path}`, sent, {
      headers: { apikey: keys.secret, "x-upsert": "true" },
    }),
};

/** A ticket for `me.png` of ten bytes, and what would use it. */
async function opened(person: Person): Promise<Sent> {
  const wanted = { ...PHOTO, bytes: 10 };
  const response = await ask(place, await tokenOf(person), wanted);
  const { standard, type } = await response.json();
  const { bucket, path, token } = standard;
  return { person, bucket, path, token, type, body: "0123456789" };
}

for (const [name, protocol] of Object.entries(PROTOCOLS)) {
  Deno.test(`what its ticket says arrives by ${name}`, async () => {
    const person = await world.newPerson();
    const sent = await opened(person);

    strictEqual(await protocol(sent), true);

    const objects = await world.rows(
      `select o.owner_id, (o.metadata ->> 'size')::int as size, u.state,
         u.object = o.id and u.version = o.version as pinned
       from storage.objects o join portico.uploads u on u.at_path = o.name
       where name = $1`,
      [sent.path],
    );
    deepStrictEqual(objects, [{
      owner_id: person.id,
      size: 10,
      state: "arrived",
      pinned: true,
    }]);
  });

  Deno.test(`U8 nothing arrives by ${name} that is larger than its ticket`, async () => {
    const sent = await opened(await world.newPerson());
    const before = await traces(place);

    strictEqual(await protocol({ ...sent, body: "0123456789a" }), false);
    deepStrictEqual(await traces(place), before);
  });

  Deno.test(`U8 nothing arrives by ${name} that is smaller than its ticket`, async () => {
    const sent = await opened(await world.newPerson());
    const before = await traces(place);

    strictEqual(await protocol({ ...sent, body: "012345678" }), false);
    deepStrictEqual(await traces(place), before);
  });

  Deno.test(`U9 nothing arrives by ${name} of another type than its ticket`, async () => {
    const sent = await opened(await world.newPerson());
    const before = await traces(place);

    strictEqual(await protocol({ ...sent, type: "image/jpeg" }), false);
    deepStrictEqual(await traces(place), before);
  });

  Deno.test(`nothing arrives by ${name} without a ticket`, async () => {
    const person = await world.newPerson();
    const sent = await opened(person);
    await world.rows("delete from portico.uploads where at_path = $1", [
      sent.path,
    ]);
    const before = await traces(place);

    strictEqual(await protocol(sent), false);
    deepStrictEqual(await traces(place), before);
  });

  Deno.test(`U12 nothing arrives by ${name} once its ticket has expired`, async () => {
    const sent = await opened(await world.newPerson());
    await world.rows(
      "update portico.uploads set expires_at = now() where at_path = $1",
      [sent.path],
    );
    const before = await traces(place);

    strictEqual(await protocol(sent), false);
    deepStrictEqual(await traces(place), before);
  });

  Deno.test(`U11 nothing arrives by ${name} once its ticket is used`, async () => {
    const sent = await opened(await world.newPerson());
    strictEqual(await protocol(sent), true);
    const before = await traces(place);
    const version = "select version from storage.objects where name = $1";
    const first = await world.rows(version, [sent.path]);

    strictEqual(await protocol({ ...sent, body: "9876543210" }), false);

    deepStrictEqual(await traces(place), before);
    deepStrictEqual(await world.rows(version, [sent.path]), first);
  });

  Deno.test(`U11 nothing arrives by ${name} with the ticket of somebody else`, async () => {
    const sent = await opened(await world.newPerson());
    const thief = await world.newPerson();
    const before = await traces(place);

    // Who has a signed URL or a secret key speaks for the ticket's owner.
    const speaksForOwner = /URL|key|token/.test(name);
    strictEqual(await protocol({ ...sent, person: thief }), speaksForOwner);
    if (!speaksForOwner) deepStrictEqual(await traces(place), before);
  });

  Deno.test(`U16 nothing arrives by ${name} where something has been verified`, async () => {
    const person = await world.newPerson();
    const token = await tokenOf(person);
    const path = await upload(place, token, "still.png");
    const sent = await opened(person);
    const before = await traces(place);
    const version = "select version from storage.objects where name = $1";
    const first = await world.rows(version, [path]);

    const swapped = { ...sent, bucket: "photos", path };
    strictEqual(await protocol(swapped), false);

    deepStrictEqual(await traces(place), before);
    deepStrictEqual(await world.rows(version, [path]), first);
  });

  Deno.test(`U12 nothing arrives by ${name} at another place than its ticket's`, async () => {
    const person = await world.newPerson();
    const sent = await opened(person);
    const before = await traces(place);

    const elsewhere = { ...sent, path: `${person.id}/other.png` };
    strictEqual(await protocol(elsewhere), false);
    deepStrictEqual(await traces(place), before);
  });
}

Deno.test("U11 a policy that lets everybody in lets nobody use another's ticket", async () => {
  const sent = await opened(await world.newPerson());
  const thief = await world.newPerson();
  await world.stack.database.asOwner((sql) =>
    sql.run(`create policy "everybody" on storage.objects for insert
      to authenticated with check (true)`)
  );
  const before = await traces(place);

  const arrived = await PROTOCOLS["an upload of the user's"]?.({
    ...sent,
    person: thief,
  });
  await rejects(
    world.stack.database.as(
      { role: "authenticated", sub: thief.id },
      (sql) =>
        sql.query(
          `insert into storage.objects (bucket_id, name, owner_id)
           values ('portico-inbox', $1, $2)`,
          [sent.path, thief.id],
        ),
    ),
    /somebody else's/,
  );
  await world.rows('drop policy "everybody" on storage.objects');

  strictEqual(arrived, false);
  deepStrictEqual(await traces(place), before);
});

Deno.test("U12 a token for an upload lets nobody download", async () => {
  const person = await world.newPerson();
  const sent = await opened(person);
  await PROTOCOLS["a signed URL"]?.(sent);

  for (const at of ["sign", "upload/sign", "authenticated", "public"]) {
    const response = await fetch(
      `${url}/storage/v1/object/${at}/${sent.bucket}/${sent.path}?token=${sent.token}`,
    );
    const text = await response.text();
    strictEqual(response.ok, false, at);
    strictEqual(text.includes(sent.body), false, at);
  }
});

Deno.test("an object in another bucket needs no ticket", async () => {
  await world.service().storage.createBucket("free");
  const file = new Blob(["x"], { type: "image/png" });

  const { error } = await world.service().storage.from("free")
    .upload("free", file);

  strictEqual(error, null);
});

Deno.test("an object that is there is not moved anywhere before it was looked at", async () => {
  const sent = await opened(await world.newPerson());
  await PROTOCOLS["a signed URL"]?.(sent);
  const before = await traces(place);
  const inbox = world.service().storage.from(sent.bucket);
  const { id } = sent.person;

  const moves = [
    await inbox.move(sent.path, `${id}/moved.png`),
    // Not even to its own place, before somebody has looked at it.
    await inbox.move(sent.path, `${id}/me.png`, {
      destinationBucket: "photos",
    }),
    await inbox.move(sent.path, sent.path, {
      destinationBucket: "portico-quarantine",
    }),
  ];

  deepStrictEqual(moves.map(({ error }) => error === null), [
    false,
    false,
    false,
  ]);
  deepStrictEqual(await traces(place), before);
});

// Over S3 a header makes a copy of an upload, of whatever the project's key can
// read. These are the names that Storage gives to each way to copy:
// src/http/routes/operations.ts of supabase/storage.
for (
  const operation of ["object.copy", "s3.object.copy", "s3.upload.part_copy"]
) {
  Deno.test(`U11 nothing arrives by ${operation}, whatever its ticket says`, async () => {
    const sent = await opened(await world.newPerson());
    const before = await traces(place);
    const insert = (as: string) =>
      world.stack.database.asOwner(async (sql) => {
        await sql.query("select set_config('storage.operation', $1, true)", [
          `storage.${as}`,
        ]);
        await sql.query(
          `insert into storage.objects (bucket_id, name, version, metadata)
           values ($1, $2, gen_random_uuid(),
             '{"size": 10, "mimetype": "image/png"}')`,
          [sent.bucket, sent.path],
        );
      });

    await rejects(insert(operation), /Nothing is copied here/);
    deepStrictEqual(await traces(place), before);
    await insert("s3.upload"); // the same, with bytes
  });
}

Deno.test("U11 nothing arrives as a copy by a secret key", async () => {
  const { storage } = world.service();
  await storage.createBucket("elsewhere");
  const sent = await opened(await world.newPerson());
  const { bucket, path, type, body } = sent;
  await storage.from("elsewhere").upload("file", new Blob([body], { type }));
  const before = await traces(place);

  const { error } = await storage.from("elsewhere")
    .copy("file", path, { destinationBucket: bucket });

  ok(error);
  deepStrictEqual(await traces(place), before);
});

Deno.test("A15 nothing arrives with the ticket of somebody who was banned", async () => {
  const sent = await opened(await world.newPerson());
  await world.service().auth.admin.updateUserById(sent.person.id, {
    "ban_duration": "1h",
  });
  const before = await traces(place);

  strictEqual(await PROTOCOLS["a signed URL"]?.(sent), false);
  deepStrictEqual(await traces(place), before);
});

Deno.test("U8 Storage stops what is more than any bucket takes", async () => {
  const sent = await opened(await world.newPerson());
  const before = await traces(place);
  const body = "x".repeat(26_214_401);

  const at = `${url}/storage/v1/object${signedAt(sent)}`;
  const headers = { "content-type": sent.type };
  const response = await fetch(at, { method: "PUT", headers, body });

  strictEqual((await response.json()).statusCode, "413");
  deepStrictEqual(await traces(place), before);
});

Deno.test("an object has the metadata of its ticket, and no other", async () => {
  const sent = await opened(await world.newPerson());
  const metadata = btoa('{"role":"admin"}');

  const at = signedAt(sent);
  const headers = { "x-metadata": metadata };
  strictEqual(await send(at, sent, { method: "PUT", headers }), true);

  const rows = await world.rows(
    "select user_metadata from storage.objects where name = $1",
    [sent.path],
  );
  deepStrictEqual(rows, [{ "user_metadata": null }]);
});

Deno.test("nothing arrives that says that it is encoded", async () => {
  const sent = await opened(await world.newPerson());
  const before = await traces(place);

  const at = signedAt(sent);
  const headers = { "content-encoding": "gzip" };
  const arrived = await send(at, sent, { method: "PUT", headers });

  strictEqual(arrived, false);
  deepStrictEqual(await traces(place), before);
});
