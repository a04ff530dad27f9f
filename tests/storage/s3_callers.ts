/**
 * Who signs, and what follows from that.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  clientOf,
  clientOfPerson,
  codeOf,
  ENDPOINT,
  refuses,
  s3,
  stateOf,
} from "./s3_world.ts";
import { aged, ANN, BOB, world } from "./world.ts";

const { accessKeyId, secretAccessKey } = world.keys.s3;

const STRANGERS: [why: string, client: () => Promise<S3Client>, string][] = [
  [
    "a wrong secret",
    () => client({ accessKeyId, secretAccessKey: "wrong" }),
    "SignatureDoesNotMatch",
  ],
  [
    "an unknown key",
    () => client({ accessKeyId: "unknown", secretAccessKey }),
    "InvalidAccessKeyId",
  ],
  [
    "a token that is none",
    () => client({ ...session(), sessionToken: "wrong" }),
    "InvalidJWT",
  ],
  [
    "an expired token",
    async () => client({ ...session(), sessionToken: await token(-60) }),
    "InvalidJWT",
  ],
  [
    "a token with the project's key",
    async () =>
      client({ accessKeyId, secretAccessKey, sessionToken: await token(60) }),
    "InvalidAccessKeyId",
  ],
  [
    "a token with a wrong secret",
    async () =>
      client({
        ...session(),
        secretAccessKey: "wrong",
        sessionToken: await token(60),
      }),
    "SignatureDoesNotMatch",
  ],
  [
    "no token where there must be one",
    () => client(session()),
    "InvalidAccessKeyId",
  ],
  [
    "another region",
    () => Promise.resolve(clientOf({ region: "eu-west-1" })),
    "SignatureDoesNotMatch",
  ],
  [
    "a clock an hour slow",
    () => Promise.resolve(clientOf({ systemClockOffset: -3_600_000 })),
    "RequestTimeTooSkewed",
  ],
];

function client(credentials: {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}): Promise<S3Client> {
  return Promise.resolve(clientOf({ credentials }));
}

function session(): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: "local", secretAccessKey: world.keys.publishable };
}

function token(lifetimeS: number): Promise<string> {
  return world.keys.sign({
    ...aged(lifetimeS),
    sub: ANN,
    role: "authenticated",
  });
}

for (const [why, open, code] of STRANGERS) {
  Deno.test(`S3 refuses ${why}`, async () => {
    await world.service().storage.createBucket("s3-strangers");
    const stranger = await open();

    await refuses("s3-strangers", code, () =>
      stranger.send(
        new PutObjectCommand({
          Bucket: "s3-strangers",
          Key: `${ANN}/a`,
          Body: "a",
        }),
      ));
  });
}

Deno.test("S3 refuses a request without a signature, and says so in XML", async () => {
  await world.makeBucket("s3-unsigned");
  const before = await stateOf("s3-unsigned");

  const response = await fetch(`${ENDPOINT}/s3-unsigned/a.txt`, {
    method: "PUT",
    headers: { authorization: `Bearer ${world.keys.secret}` },
    body: "a",
  });

  equal(response.status, 403);
  equal(response.headers.get("content-type"), "application/xml");
  equal(
    await response.text(),
    '<?xml version="1.0" encoding="UTF-8"?><Error>' +
      "<Resource>s3-unsigned/a.txt</Resource><Code>AccessDenied</Code>" +
      "<Message>Missing signature</Message></Error>",
  );
  deepEqual(await stateOf("s3-unsigned"), before);
});

Deno.test("S3 with a person's token obeys row-level security, and has an owner", async () => {
  await world.makeBucket("s3-rls");
  const Bucket = "s3-rls";
  const ann = await clientOfPerson(ANN, "local");
  const bob = await clientOfPerson(BOB);
  const hers = { Bucket, Key: `${ANN}/a.txt` };

  await ann.send(new PutObjectCommand({ ...hers, Body: "hers" }));

  const [row] = await world.objectsIn(Bucket);
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
  const got = await ann.send(new GetObjectCommand(hers));
  equal(await got.Body?.transformToString(), "hers");
  equal(await codeOf(() => bob.send(new GetObjectCommand(hers))), "NoSuchKey");
  for (const Key of [hers.Key, `${ANN}/b.txt`]) {
    const at = { Bucket, Key };
    await refuses(
      Bucket,
      "AccessDenied",
      () => bob.send(new PutObjectCommand({ ...at, Body: "his" })),
    );
    await refuses(
      Bucket,
      "AccessDenied",
      () => bob.send(new CreateMultipartUploadCommand(at)),
    );
  }
});

/** People may do one thing, whatever that is at the time. */
const ONE_OPERATION = `
  create function public.allowed_s3_operation() returns text
  language sql as 'select null::text';
  create policy "people do one thing in s3-operation" on storage.objects
    for all to authenticated
    using (bucket_id = 's3-operation'
      and storage.operation() = public.allowed_s3_operation())
    with check (bucket_id = 's3-operation'
      and storage.operation() = public.allowed_s3_operation());
`;

Deno.test("S3: storage.operation() says what is done", async () => {
  const Bucket = "s3-operation";
  await world.makeBucket(Bucket);
  await world.database.asOwner((sql) => sql.run(ONE_OPERATION));
  const ann = await clientOfPerson(ANN);
  const at = { Bucket, Key: "a" };
  const allow = (operation: string) =>
    world.database.asOwner((sql) =>
      sql.run(`create or replace function public.allowed_s3_operation()
        returns text language sql as 'select ''storage.s3.${operation}''::text'`)
    );
  const begin = () => ann.send(new CreateMultipartUploadCommand(at));
  await allow("upload.create_multipart");
  const { UploadId } = await begin();
  const part = { ...at, UploadId, PartNumber: 1, Body: "a" };
  const other = { Bucket, Key: "nobody's" };
  await s3.send(new PutObjectCommand({ ...other, Body: "a" }));

  // As in src/http/routes/operations.ts of supabase/storage.
  const calls: [operation: string, work: () => Promise<unknown>][] = [
    ["upload.create_multipart", begin],
    ["upload.part", () => ann.send(new UploadPartCommand(part))],
    [
      "upload.complete_multipart",
      () => ann.send(new CompleteMultipartUploadCommand({ ...at, UploadId })),
    ],
    ["upload", () => ann.send(new PutObjectCommand({ ...at, Body: "a" }))],
    ["object.get", () => ann.send(new GetObjectCommand(other))],
    ["object.delete", () => ann.send(new DeleteObjectCommand(other))],
  ];
  for (const [operation, work] of calls) {
    await allow("something.else");
    match(await codeOf(work), /^(AccessDenied|NoSuchKey)$/, operation);
    await allow(operation);
    equal(await codeOf(work), "done", operation);
  }
});
