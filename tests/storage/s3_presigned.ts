/**
 * URLs that somebody signed beforehand: what they bind, and for how long.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { clientOf, fetched, type Put, s3, stateOf } from "./s3_world.ts";
import { world } from "./world.ts";

/** For a text of five bytes, and nothing else. */
function signPut(input: Put, signingDate = new Date()): Promise<string> {
  const command = new PutObjectCommand({
    ...input,
    ContentType: "text/plain",
    ContentLength: 5,
  });
  return getSignedUrl(s3, command, {
    expiresIn: 60,
    signingDate,
    signableHeaders: new Set(["host", "content-type", "content-length"]),
  });
}

function put(body: BodyInit | null, type = "text/plain"): RequestInit {
  return { method: "PUT", headers: { "content-type": type }, body };
}

Deno.test("S3: a presigned PutObject takes the size and the type it was signed for", async () => {
  await world.makeBucket("s3-presigned");
  const at = { Bucket: "s3-presigned", Key: "a b/(1).txt" };

  equal(await fetched(await signPut(at), put("12345")), "200");

  const [row] = await world.objectsIn(at.Bucket);
  equal(row?.metadata["mimetype"], "text/plain");
  equal(row?.metadata["size"], 5);
  const url = await getSignedUrl(s3, new GetObjectCommand(at));
  equal(await (await fetch(url)).text(), "12345");
});

const AT = { Bucket: "s3-bound", Key: "a.txt" };
const MISMATCH = "SignatureDoesNotMatch";

const REFUSED: [
  why: string,
  url: () => Promise<string>,
  init: RequestInit,
  code: string,
][] = [
  ["a byte more", () => signPut(AT), put("123456"), MISMATCH],
  ["a byte less", () => signPut(AT), put("1234"), MISMATCH],
  [
    "a body of unknown length",
    () => signPut(AT),
    put(ReadableStream.from([new TextEncoder().encode("12345")])),
    MISMATCH,
  ],
  ["another type", () => signPut(AT), put("12345", "text/html"), MISMATCH],
  ["no type", () => signPut(AT), put(new Uint8Array(5), ""), MISMATCH],
  [
    "another method",
    () => signPut(AT),
    { ...put("12345"), method: "DELETE" },
    MISMATCH,
  ],
  [
    "another key",
    async () => (await signPut(AT)).replace("a.txt", "b.txt"),
    put("12345"),
    MISMATCH,
  ],
  [
    "another bucket",
    async () => (await signPut(AT)).replace("s3-bound", "s3-bound-too"),
    put("12345"),
    MISMATCH,
  ],
  [
    "a longer life",
    async () => (await signPut(AT)).replace("Expires=60", "Expires=600"),
    put("12345"),
    MISMATCH,
  ],
  [
    "a parameter more",
    async () => `${await signPut(AT)}&x-amz-acl=public-read`,
    put("12345"),
    MISMATCH,
  ],
  [
    "a signature less",
    async () => (await signPut(AT)).replace(/X-Amz-Signature=[^&]*&?/, ""),
    put("12345"),
    "InvalidSignature",
  ],
  [
    "an hour late",
    () => signPut(AT, new Date(Date.now() - 3_600_000)),
    put("12345"),
    "ExpiredToken",
  ],
  [
    "an hour early",
    () => signPut(AT, new Date(Date.now() + 3_600_000)),
    put("12345"),
    "RequestTimeTooSkewed",
  ],
];

for (const [why, url, init, code] of REFUSED) {
  Deno.test(`S3: a presigned PutObject refuses ${why}`, async () => {
    await world.service().storage.createBucket(AT.Bucket);
    const before = await stateOf(AT.Bucket);

    equal(await fetched(await url(), init), code);

    deepEqual(await stateOf(AT.Bucket), before);
  });
}

Deno.test("S3: a presigned PutObject refuses chunks beside the length that was signed", async () => {
  await world.makeBucket("s3-smuggled");
  const before = await stateOf("s3-smuggled");
  const url = new URL(await signPut({ Bucket: "s3-smuggled", Key: "a.txt" }));
  const conn = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(url.port),
  });
  const lines = [
    `PUT ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    "content-type: text/plain",
    "content-length: 5",
    "transfer-encoding: chunked",
    "",
    "6",
    "123456",
    "0",
    "",
    "",
  ];

  await conn.write(new TextEncoder().encode(lines.join("\r\n")));
  await conn.closeWrite();
  const answer = await new Response(conn.readable).text();

  match(answer, /^HTTP\/1.1 4\d\d/);
  await Promise.allSettled(world.arrivals);
  deepEqual(await stateOf("s3-smuggled"), before);
});

Deno.test("S3: a presigned URL of another project's key is refused", async () => {
  await world.makeBucket("s3-foreign");
  const before = await stateOf("s3-foreign");
  const stranger = clientOf({
    credentials: { ...world.keys.s3, secretAccessKey: "0".repeat(64) },
  });
  const at = { Bucket: "s3-foreign", Key: "a" };

  const url = await getSignedUrl(
    stranger,
    new PutObjectCommand({ ...at, Body: "a" }),
  );

  equal(await fetched(url, { method: "PUT", body: "a" }), MISMATCH);
  deepEqual(await stateOf("s3-foreign"), before);
});

Deno.test("S3: a presigned GetObject cannot be used to delete", async () => {
  await world.makeBucket("s3-get-only");
  const at = { Bucket: "s3-get-only", Key: "a" };
  await s3.send(new PutObjectCommand({ ...at, Body: "a" }));
  const before = await stateOf(at.Bucket);
  const get = await getSignedUrl(s3, new GetObjectCommand(at));
  const remove = await getSignedUrl(s3, new DeleteObjectCommand(at));

  equal(await fetched(get, { method: "DELETE" }), MISMATCH);
  deepEqual(await stateOf(at.Bucket), before);
  equal(await fetched(remove, { method: "DELETE" }), "204");
});
