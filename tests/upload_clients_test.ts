/**
 * A ticket, and the clients that people have: each uploads with what the ticket
 * says and nothing else, and the object ends up in its place.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "tus-js-client";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import type { Ticket } from "../supabase/functions/signed-upload/ticket.ts";
import { behindGateway } from "./contracts/contract.ts";
import {
  ask,
  complete,
  largePng,
  newManager,
  PHOTO,
  PIXEL,
  traces,
} from "./contracts/uploads.ts";
import { startEdited } from "./edited.ts";
import { sendWithUppy } from "./storage/uppy.ts";
import { type Person, tokenOf } from "./world.ts";

const world = await startEdited({
  "functions/signed-upload/policy.ts": [
    ['["standard", "resumable"]', '["standard", "resumable", "s3"]'],
  ],
});
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const place = behindGateway(world, "signed-upload");
const { keys } = world.stack;

/** What is asked for besides the file, and has to be true of the object. */
const FACTS = { metadata: { title: "Übersicht" }, cacheControl: 86_400 };

/** Uploads `file` with a ticket. Whether it worked is looked at afterwards. */
type Client = (
  ticket: Ticket,
  file: Uint8Array<ArrayBuffer>,
  person: Person,
) => Promise<unknown>;

function part<Name extends "standard" | "resumable" | "s3">(
  ticket: Ticket,
  name: Name,
): NonNullable<Ticket[Name]> {
  const it = ticket[name];
  ok(it);
  return it as NonNullable<Ticket[Name]>;
}

/** As an `<input type="file">` gives it. */
function fileOf(bytes: Uint8Array<ArrayBuffer>, { type }: Ticket): File {
  return new File([bytes], "me.png", { type });
}

const CLIENTS: Readonly<Record<string, Client>> = {
  "supabase-js": async (ticket, file, { client }) => {
    const { bucket, path, token, options } = part(ticket, "standard");
    const { error } = await client.storage.from(bucket)
      .uploadToSignedUrl(path, token, fileOf(file, ticket), options);
    strictEqual(error, null);
  },
  "fetch": async (ticket, file) => {
    const { url, method, headers } = part(ticket, "standard");
    const response = await fetch(url, { method, headers, body: file });
    strictEqual(response.status, 200, await response.text());
  },
  "curl": async (ticket, file) => {
    const { url, method, headers } = part(ticket, "standard");
    const path = await Deno.makeTempFile({ prefix: "portico-" });
    await Deno.writeFile(path, file);
    const args = Object.entries(headers)
      .flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
    const { success } = await new Deno.Command("curl", {
      args: [
        ...["--fail", "--silent", "--request", method],
        ...[...args, "--data-binary", `@${path}`, url],
      ],
    }).output();
    await Deno.remove(path);
    ok(success);
  },
  "tus-js-client": async (ticket, file) => {
    const { endpoint, headers, metadata, chunkBytes } = part(
      ticket,
      "resumable",
    );
    await new Promise<void>((resolve, onError) =>
      new Upload(Buffer.from(file), {
        ...{ endpoint, headers, metadata, onError },
        onSuccess: () => resolve(),
        chunkSize: chunkBytes,
        retryDelays: null,
        storeFingerprintForResuming: false,
      }).start()
    );
  },
  "Uppy": async (ticket, file) => {
    const { endpoint, headers, metadata, chunkBytes: chunkSize } = part(
      ticket,
      "resumable",
    );
    const options = { endpoint, headers, chunkSize };
    deepStrictEqual(await sendWithUppy(file, metadata, options), []);
  },
  "a presigned URL of S3": async (ticket, file) => {
    const { put, headers } = part(ticket, "s3");
    ok(put);
    const response = await fetch(put.url, {
      ...{ method: put.method, headers, body: file },
    });
    strictEqual(response.status, 200, await response.text());
  },
  "the AWS SDK, as the user": async (ticket, file, person) => {
    const { endpoint, region, bucket, key, headers } = part(ticket, "s3");
    const s3 = new S3Client({
      ...{ endpoint, region, forcePathStyle: true },
      credentials: {
        accessKeyId: "local", // of a project: its reference
        secretAccessKey: keys.publishable,
        sessionToken: await tokenOf(person),
      },
    });
    await s3.send(
      new PutObjectCommand({
        ...{ Bucket: bucket, Key: key, Body: file },
        ContentType: headers["content-type"],
        CacheControl: headers["cache-control"],
      }),
    );
    s3.destroy();
  },
};

const hasCurl = await new Deno.Command("curl", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

async function open(
  person: Person,
  wanted: Readonly<Record<string, unknown>>,
): Promise<Ticket> {
  const response = await ask(place, await tokenOf(person), {
    ...PHOTO,
    ...FACTS,
    ...wanted,
  });
  const ticket = await response.json();
  strictEqual(response.status, 201, JSON.stringify(ticket));
  return ticket;
}

/** Completes an upload, and gives what Storage then says of the object. */
async function published(person: Person, { id, object }: Ticket) {
  const done = await complete(place, await tokenOf(person), id);
  strictEqual(done.status, 200, await done.text());
  const [row] = await world.rows<Record<string, unknown>>(
    `select owner_id, user_metadata, metadata ->> 'mimetype' as type,
       metadata ->> 'cacheControl' as "cacheControl",
       (metadata ->> 'size')::int as bytes
     from storage.objects where bucket_id = $1 and name = $2`,
    [object.bucket, object.path],
  );
  return row;
}

for (const [name, client] of Object.entries(CLIENTS)) {
  Deno.test({
    name: `${name} uploads with what a ticket says`,
    ignore: name === "curl" && !hasCurl,
    async fn() {
      const person = await world.newPerson();
      const protocol = /S3|AWS/.test(name)
        ? "s3"
        : /^(tus|Uppy)/.test(name)
        ? "resumable"
        : "standard";
      const ticket = await open(person, { protocol, bytes: PIXEL.length });

      await client(ticket, PIXEL, person);

      strictEqual(ticket.protocol, protocol);
      deepStrictEqual(await published(person, ticket), {
        "owner_id": person.id,
        "user_metadata": FACTS.metadata,
        ...{ type: "image/png", bytes: PIXEL.length },
        cacheControl: "max-age=86400",
      });
    },
  });
}

Deno.test("a file of several pieces goes up with tus-js-client", async () => {
  const person = await world.newPerson();
  const file = largePng(7 * 2 ** 20);
  const ticket = await open(person, { bytes: file.length });

  await CLIENTS["tus-js-client"]?.(ticket, file, person);

  strictEqual(ticket.protocol, "resumable");
  strictEqual((await published(person, ticket))?.["bytes"], file.length);
});

/** A text that is too long for one request to S3. */
const LONG = new TextEncoder().encode(
  "All work and no play.\n".repeat(800_000),
);
const DOCUMENT = {
  ...{ bucket: "documents", name: "a.txt", type: "text/plain" },
  ...{ protocol: "s3", bytes: LONG.length },
};

/** S3's own document, as a client writes it. */
function completion(etags: readonly string[]): string {
  const parts = etags.map((etag, n) =>
    `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag}</ETag></Part>`
  );
  return `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
}

Deno.test("a large file goes up over S3 in parts", async () => {
  const person = await world.newPerson();
  const ticket = await open(person, DOCUMENT);
  const { multipart } = part(ticket, "s3");
  ok(multipart);
  const { parts, partBytes, completeUrl } = multipart;

  const etags: string[] = [];
  for (const [n, url] of parts.entries()) {
    const body = LONG.subarray(n * partBytes, (n + 1) * partBytes);
    const response = await fetch(url, { method: "PUT", body });
    strictEqual(response.status, 200, await response.text());
    etags.push(response.headers.get("etag") ?? "");
  }
  const body = completion(etags);
  const joined = await fetch(completeUrl, { method: "POST", body });
  strictEqual(joined.status, 200, await joined.text());

  strictEqual(parts.length, 2);
  deepStrictEqual(await published(person, ticket), {
    "owner_id": person.id,
    "user_metadata": FACTS.metadata,
    ...{ type: "text/plain", bytes: LONG.length },
    cacheControl: "max-age=86400",
  });
});

Deno.test("an upload over S3 that was given up leaves nothing", async () => {
  const person = await world.newPerson();
  const before = await traces(place);
  const ticket = await open(person, DOCUMENT);
  const { multipart } = part(ticket, "s3");
  const body = LONG.subarray(0, 100);
  const [first = ""] = multipart?.parts ?? [];
  await (await fetch(first, { method: "PUT", body })).text();

  const aborted = await fetch(multipart?.abortUrl ?? "", { method: "DELETE" });
  const authorization = `Bearer ${await tokenOf(person)}`;
  const headers = { authorization };
  await place.call(`/${ticket.id}`, { method: "DELETE", headers });

  strictEqual(aborted.status, 204);
  deepStrictEqual(await traces(place), before);
});

const OTHER_PARTS: [what: string, lengths: readonly number[]][] = [
  ["fewer", [6 * 2 ** 20]],
  ["more", [16 * 2 ** 20, LONG.length - 16 * 2 ** 20 + 1]],
];

for (const [what, lengths] of OTHER_PARTS) {
  Deno.test(`U8 ${what} bytes in parts than the ticket says come to nothing`, async () => {
    const person = await world.newPerson();
    const ticket = await open(person, DOCUMENT);
    const { multipart } = part(ticket, "s3");
    ok(multipart);
    const etags: string[] = [];
    for (const [n, length] of lengths.entries()) {
      const body = LONG.subarray(0, length);
      const sent: Response = await fetch(multipart.parts[n] ?? "", {
        method: "PUT",
        body,
      });
      strictEqual(sent.status, 200, await sent.text());
      etags.push(sent.headers.get("etag") ?? "");
    }

    const joined = await fetch(multipart.completeUrl, {
      method: "POST",
      body: completion(etags),
    });

    strictEqual(joined.status, 403, await joined.text());
    const objects = await world.rows(
      "select from storage.objects where owner_id = $1",
      [person.id],
    );
    strictEqual(objects.length, 0);
  });
}

Deno.test("over S3 nobody uploads whom Storage's policies refuse", async () => {
  const manager = await newManager(world);
  const before = await traces(place);

  const wanted = { ...PHOTO, protocol: "s3" };
  const response = await ask(place, await tokenOf(manager), wanted);

  await assertProblem(response, { status: 403, title: "Upload not allowed" });
  deepStrictEqual(await traces(place), before);
});
