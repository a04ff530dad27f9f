/**
 * What arrives in a guarded bucket, and what does not: every way to write an
 * object, with every ticket that is not good for it. A refusal leaves no row,
 * no object and no file.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
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
import { ask, PHOTO, traces } from "./contracts/uploads.ts";
import { type Person, startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");
const { url, keys } = world.stack;

/** Where uploads arrive. */
const INBOX = "portico-inbox";

/** What somebody sends, and where to. */
interface Sent {
  readonly person: Person;
  /** In the inbox. */
  readonly path: string;
  /** Of a signed URL. */
  readonly token: string;
  readonly type: string;
  readonly body: string;
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
  { path: objectName, type: contentType, body }: Sent,
): Promise<boolean> {
  return new Promise((done) =>
    new Upload(Buffer.from(body), {
      endpoint: `${url}/storage/v1/upload/${at}`,
      headers,
      chunkSize: 6,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: { bucketName: INBOX, objectName, contentType },
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
  "S3 with the project's key": ({ path, type, body }) =>
    succeeds(() =>
      s3.send(
        new PutObjectCommand({
          Bucket: INBOX,
          Key: path,
          Body: body,
          ContentType: type,
        }),
      )
    ),
  "a presigned URL of the project's S3 key": async (sent) => {
    const command = new PutObjectCommand({ Bucket: INBOX, Key: sent.path });
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
  "S3 in parts, with the project's key": ({ path, type, body }) => {
    const at = { Bucket: INBOX, Key: path };
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
    send(`/upload/sign/${INBOX}/${sent.path}?token=${sent.token}`, sent, {
      method: "PUT",
    }),
  "a signed URL, to overwrite": (sent) =>
    send(`/upload/sign/${INBOX}/${sent.path}?token=${sent.token}`, sent, {
      method: "PUT",
      headers: { "x-upsert": "true" },
    }),
  "an upload of the user's": async (sent) => {
    const authorization = `Bearer ${await tokenOf(sent.person)}`;
    const headers = { authorization, apikey: keys.publishable };
    return await send(`/${INBOX}/${sent.path}`, sent, { headers });
  },
  "a form of the user's": async ({ person, path, type, body }) => {
    const file = new Blob([body], { type });
    const inbox = person.client.storage.from(INBOX);
    return (await inbox.upload(path, file)).error === null;
  },
  "a secret key": (sent) =>
    send(`/${INBOX}/${sent.path}`, sent, { headers: { apikey: keys.secret } }),
  "a secret key, to overwrite": (sent) =>
    send(`/${INBOX}/${sent.path}`, sent, {
      headers: { apikey: keys.secret, "x-upsert": "true" },
    }),
  "a copy by a secret key": async ({ path, type, body }) => {
    const files = world.service().storage;
    await files.from("elsewhere").upload(
      "file",
      new Blob([body], { type }),
      { upsert: true },
    );
    const options = { destinationBucket: INBOX };
    const copied = await files.from("elsewhere").copy("file", path, options);
    await files.from("elsewhere").remove(["file"]);
    return copied.error === null;
  },
};

await world.service().storage.createBucket("elsewhere");

/** A ticket for `me.png` of ten bytes, and what would use it. */
async function opened(person: Person): Promise<Sent> {
  const wanted = { ...PHOTO, bytes: 10 };
  const response = await ask(place, await tokenOf(person), wanted);
  const { standard: { path, token }, type } = await response.json();
  return { person, path, token, type, body: "0123456789" };
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
      `${url}/storage/v1/object/${at}/${INBOX}/${sent.path}?token=${sent.token}`,
    );
    const text = await response.text();
    strictEqual(response.ok, false, at);
    strictEqual(text.includes(sent.body), false, at);
  }
});

Deno.test("an object in another bucket needs no ticket", async () => {
  const file = new Blob(["x"], { type: "image/png" });

  const { error } = await world.service().storage.from("elsewhere")
    .upload("free", file);

  strictEqual(error, null);
});

Deno.test("an object that is there is not moved anywhere before it was looked at", async () => {
  const sent = await opened(await world.newPerson());
  await PROTOCOLS["a signed URL"]?.(sent);
  const before = await traces(place);
  const inbox = world.service().storage.from(INBOX);
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

Deno.test("nothing arrives that says that it is encoded", async () => {
  const sent = await opened(await world.newPerson());
  const before = await traces(place);

  const at = `/upload/sign/${INBOX}/${sent.path}?token=${sent.token}`;
  const headers = { "content-encoding": "gzip" };
  const arrived = await send(at, sent, { method: "PUT", headers });

  strictEqual(arrived, false);
  deepStrictEqual(await traces(place), before);
});
