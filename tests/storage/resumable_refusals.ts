/**
 * What a resumable upload is refused for, and what is there afterwards.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepEqual, equal } from "node:assert/strict";
import type { JWTPayload } from "jose";
import {
  answers,
  asPerson,
  asSecret,
  bytes,
  create,
  created,
  ENDPOINT,
  everything,
  metadataOf,
  type Named,
  offsetOf,
  patch,
  send,
  SIGNED,
  tus,
  withToken,
} from "./tus.ts";
import { aged, ANN, BOB, MAX_BYTES, refusalOf, text, world } from "./world.ts";

const LIMIT = 100;

await world.makeBucket("u20", {
  public: false,
  fileSizeLimit: LIMIT,
  allowedMimeTypes: ["text/*"],
});
const METADATA = {
  bucketName: "u20",
  objectName: "a.txt",
  contentType: "text/plain",
};
const SECRET = asSecret();

/** Bytes that come without a word of how many. */
function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return ReadableStream.from([content.slice(0, 3), content.slice(3)]);
}

for (const offset of [0, 4, 6, 11]) {
  Deno.test(`U20 bytes for offset ${offset} are refused where 5 have come`, async () => {
    const location = await created(METADATA, 10, SECRET);
    await (await patch(location, 0, bytes(5), SECRET)).body?.cancel();
    const before = await everything("u20");

    const response = await patch(location, offset, bytes(5), SECRET);

    await answers(response, 409, "Upload-Offset conflict\n");
    equal(await offsetOf(location, SECRET), "5");
    deepEqual(await everything("u20"), before);
  });
}

Deno.test("U20 more bytes than Upload-Length said are refused by what they claim", async () => {
  const location = await created(METADATA, 10, SECRET);
  const before = await everything("u20");

  const response = await patch(location, 0, bytes(11), SECRET);

  await answers(response, 413, "upload's size exceeded\n");
  equal(await offsetOf(location, SECRET), "0");
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 more bytes than Upload-Length said are refused as they come", async () => {
  const location = await created(METADATA, 10, SECRET);
  const before = await everything("u20");

  const response = await patch(location, 0, streamOf(bytes(11)), SECRET);

  await answers(response, 413, "Maximum size exceeded\n");
  deepEqual(await everything("u20"), before);
  // What came before the one too many may stay: it is as the sender said.
  const went = Number(await offsetOf(location, SECRET));
  equal(went < 10, true);
  const rest = await patch(location, went, bytes(10).slice(went), SECRET);
  equal(rest.status, 204);
  const { data } = await world.service().storage.from("u20").download("a.txt");
  deepEqual(new Uint8Array(await data?.arrayBuffer() ?? []), bytes(10));
  await world.service().storage.from("u20").remove(["a.txt"]);
});

Deno.test("U20 fewer bytes than Upload-Length said are no object", async () => {
  const before = await world.files();
  const location = await created(METADATA, 10, SECRET);

  const response = await patch(location, 0, bytes(9), SECRET);

  await answers(response, 204, "");
  deepEqual(await world.objectsIn("u20"), []);
  deepEqual(await world.files(), before);
});

Deno.test("U20 a length above the bucket's limit is refused at once", async () => {
  const before = await everything("u20");

  const response = await create(METADATA, LIMIT + 1, SECRET);

  await answers(response, 413, "Maximum size exceeded\n");
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 a length above the project's limit is refused in a bucket without one", async () => {
  await world.makeBucket("u20-no-limit");
  const before = await everything("u20-no-limit");
  const metadata = { bucketName: "u20-no-limit", objectName: "a" };

  const response = await create(metadata, MAX_BYTES + 1, SECRET);

  await answers(response, 413, "Maximum size exceeded\n");
  deepEqual(await everything("u20-no-limit"), before);
});

const DEFERRED: [why: string, body: BodyInit, answer: string][] = [
  ["by what they claim", bytes(LIMIT + 1), "upload's size exceeded\n"],
  ["as they come", streamOf(bytes(LIMIT + 1)), "Maximum size exceeded\n"],
];
for (const [why, body, answer] of DEFERRED) {
  Deno.test(`U20 bytes above the bucket's limit of a deferred length are refused ${why}`, async () => {
    const location = await created(METADATA, "later", SECRET);
    const before = await everything("u20");

    const response = await patch(location, 0, body, SECRET);

    await answers(response, 413, answer);
    deepEqual(await everything("u20"), before);
  });
}

const LENGTHS: [why: string, length: number, status: number][] = [
  ["above the bucket's limit", LIMIT + 1, 413],
  ["below what has come", 4, 400],
];
for (const [why, length, status] of LENGTHS) {
  Deno.test(`U20 a deferred length ${why} is refused`, async () => {
    const location = await created(METADATA, "later", SECRET);
    await (await patch(location, 0, bytes(5), SECRET)).body?.cancel();
    const before = await everything("u20");
    const said = { ...SECRET, "upload-length": String(length) };

    const response = await patch(location, 5, null, said);

    equal(response.status, status);
    await response.body?.cancel();
    const { headers } = await tus("HEAD", location, SECRET);
    equal(headers.get("upload-defer-length"), "1");
    deepEqual(await everything("u20"), before);
  });
}

Deno.test("U20 a length cannot be said twice", async () => {
  const location = await created(METADATA, 10, SECRET);
  const said = { ...SECRET, "upload-length": "5" };
  const before = await everything("u20");

  const response = await patch(location, 0, bytes(5), said);

  equal(response.status, 400);
  await response.body?.cancel();
  equal(await offsetOf(location, SECRET), "0");
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 bytes that come with the creation and are too many leave nothing", async () => {
  const before = await everything("u20");

  const response = await tus("POST", ENDPOINT, {
    ...SECRET,
    "upload-metadata": metadataOf(METADATA),
    "upload-length": "10",
    "content-type": "application/offset+octet-stream",
  }, streamOf(bytes(11)));

  await answers(response, 413, "Maximum size exceeded\n");
  deepEqual(await everything("u20"), before);
});

const FOREIGN: [why: string, metadata: Named][] = [
  ["object", { ...METADATA, objectName: "b.txt" }],
  ["bucket", { ...METADATA, bucketName: "u20-other" }],
];
for (const [why, metadata] of FOREIGN) {
  Deno.test(`U20 Upload-Metadata with another ${why} than the token's is refused`, async () => {
    const token = await withToken("u20", "a.txt");
    const before = await everything("u20");

    const response = await create(metadata, 10, { endpoint: SIGNED, ...token });

    await answers(response, 400, "Invalid signature");
    deepEqual(await everything("u20"), before);
  });
}

Deno.test("U20 a token for another object does not go on with an upload, nor sees or ends it", async () => {
  const token = await withToken("u20", "a.txt");
  const other = await withToken("u20", "b.txt");
  const location = await created(METADATA, 10, { endpoint: SIGNED, ...token });
  const before = await everything("u20");

  await answers(
    await patch(location, 0, bytes(10), other),
    400,
    "Invalid signature",
  );
  await answers(
    await tus("DELETE", location, other),
    400,
    "Invalid signature",
  );
  equal((await tus("HEAD", location, other)).status, 400);

  deepEqual(await everything("u20"), before);
  equal(await offsetOf(location, token), "0");
});

const UPLOAD = { url: "u20/a.txt", scope: "upload", upsert: true };
const TOKENS: [why: string, claims: JWTPayload | undefined, answer: string][] =
  [
    ["without a token", undefined, "Missing x-signature header"],
    [
      "with an expired token",
      { ...UPLOAD, ...aged(-60) },
      '"exp" claim timestamp check failed',
    ],
    [
      "with a token for downloads",
      { ...UPLOAD, scope: "download", ...aged(60) },
      "Token is not scoped for upload",
    ],
  ];
for (const [why, claims, answer] of TOKENS) {
  Deno.test(`U20 each step is refused ${why}`, async () => {
    const token = await withToken("u20", "a.txt");
    const location = await created(METADATA, 10, {
      endpoint: SIGNED,
      ...token,
    });
    const before = await everything("u20");
    const bad: Named = claims === undefined
      ? {}
      : { "x-signature": await world.keys.sign(claims) };

    const responses = [
      await create(METADATA, 10, { endpoint: SIGNED, ...bad }),
      await patch(location, 0, bytes(10), bad),
      await tus("DELETE", location, bad),
    ];

    for (const response of responses) await answers(response, 400, answer);
    equal((await tus("HEAD", location, bad)).status, 400);
    deepEqual(await everything("u20"), before);
  });
}

Deno.test("U20 a token does not replace, whatever x-upsert says", async () => {
  const token = await withToken("u20", "taken.txt");
  const bucket = world.service().storage.from("u20");
  await bucket.upload("taken.txt", text("first"));
  const metadata = { ...METADATA, objectName: "taken.txt" };
  const headers = { ...token, "x-upsert": "true" };
  const before = await everything("u20");

  const location = await created(metadata, 10, {
    endpoint: SIGNED,
    ...headers,
  });
  const response = await patch(location, 0, bytes(10), headers);

  await answers(response, 409, "The resource already exists");
  deepEqual(await everything("u20"), before);
  await bucket.remove(["taken.txt"]);
});

Deno.test("U20 a name that is taken is refused at once without x-upsert", async () => {
  await world.makeBucket("u20-taken");
  const bucket = world.service().storage.from("u20-taken");
  await bucket.upload("a.txt", text("first"));
  const before = await everything("u20-taken");
  const metadata = { bucketName: "u20-taken", objectName: "a.txt" };

  const response = await create(metadata, 10, SECRET);

  await answers(response, 409, "The resource already exists");
  deepEqual(await everything("u20-taken"), before);
});

Deno.test("U20 Upload-Metadata with a folder that policies refuse is refused", async () => {
  const before = await everything("u20");
  const metadata = { ...METADATA, objectName: `${BOB}/a.txt` };

  const response = await create(metadata, 10, await asPerson(ANN));

  const message = "new row violates row-level security policy";
  await answers(response, 403, message);
  deepEqual(await everything("u20"), before);
});

for (const other of ["u20/b.txt", "u20-other/a.txt"]) {
  Deno.test(`U20 an upload's version under ${other} is not found`, async () => {
    const location = await created(METADATA, 10, SECRET);
    const id = Buffer.from(location.split("/").at(-1) ?? "", "base64url");
    const version = id.toString().split("/").at(-1);
    const forged = Buffer.from(`${other}/${version}`).toString("base64url");
    const before = await everything("u20");

    const response = await patch(
      `${ENDPOINT}/${forged}`,
      0,
      bytes(10),
      SECRET,
    );

    await answers(response, 404, "The file for this url was not found\n");
    equal(await offsetOf(location, SECRET), "0");
    deepEqual(await everything("u20"), before);
  });
}

const BAD_IDS: [id: string, answer: string][] = [
  ["u20/a.txt/../../keys.json", "Invalid upload id"],
  ["u20/a.txt/.", "Invalid upload id"],
  ["u20", "Invalid key: "],
  ["u20/\0/x", "Invalid key: \0"],
];
for (const [id, answer] of BAD_IDS) {
  Deno.test(`U20 ${JSON.stringify(id)} is no upload`, async () => {
    const before = await everything("u20");
    const segment = Buffer.from(id).toString("base64url");

    const response = await patch(`${ENDPOINT}/${segment}`, 0, null, SECRET);

    await answers(response, 400, answer);
    deepEqual(await everything("u20"), before);
  });
}

const BAD_METADATA: [why: string, header: string | Named, answer: string][] = [
  ["no values", {}, "Metadata header is required"],
  ["no object", { bucketName: "u20" }, "Invalid key: "],
  ["no bucket", { objectName: "a.txt" }, "Bucket name invalid"],
  ["what is no base64", "bucketName ?", "Invalid upload-metadata\n"],
  [
    "a line break in the type",
    { ...METADATA, contentType: "text/plain\r\nx: y" },
    "mime type text/plain\r\nx: y is not supported",
  ],
];
for (const [why, header, answer] of BAD_METADATA) {
  Deno.test(`U20 Upload-Metadata with ${why} is refused`, async () => {
    const before = await everything("u20");
    const text = typeof header === "string" ? header : metadataOf(header);

    const response = await tus("POST", ENDPOINT, {
      ...SECRET,
      ...text !== "" && { "upload-metadata": text },
      "upload-length": "10",
    });

    const status = answer.startsWith("mime") ? 415 : 400;
    await answers(response, status, answer);
    deepEqual(await everything("u20"), before);
  });
}

Deno.test("U20 a type that no header could say is refused where every type is allowed", async () => {
  await world.makeBucket("u20-any-type");
  const before = await everything("u20-any-type");

  const response = await create(
    {
      bucketName: "u20-any-type",
      objectName: "a",
      contentType: "text/plain\r\nx: y",
    },
    10,
    SECRET,
  );

  equal(response.status, 400);
  await response.body?.cancel();
  deepEqual(await everything("u20-any-type"), before);
});

Deno.test("U20 Upload-Metadata above 16 KiB is refused", async () => {
  const before = await everything("u20");
  const metadata = { ...METADATA, metadata: `"${"a".repeat(16 * 1024)}"` };

  const response = await create(metadata, 10, SECRET);

  const message = "The object exceeded the maximum allowed size";
  await answers(response, 413, message);
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 a type that the bucket does not allow is refused", async () => {
  const before = await everything("u20");
  const metadata = { ...METADATA, contentType: "image/png" };

  const response = await create(metadata, 10, SECRET);

  await answers(response, 415, "mime type image/png is not supported");
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 a bucket that is not there is refused", async () => {
  const before = await everything("u20");
  const metadata = { ...METADATA, bucketName: "u20-none" };

  const response = await create(metadata, 10, SECRET);

  await answers(response, 404, "Bucket not found");
  deepEqual(await everything("u20"), before);
});

Deno.test("U20 a stranger without a key is refused", async () => {
  const before = await everything("u20");

  const response = await create(METADATA, 10, {});

  equal((await refusalOf(response)).code, "InvalidRequest");
  deepEqual(await everything("u20"), before);
});

Deno.test("tus-js-client shows what the bucket is against", async () => {
  const metadata = { ...METADATA, contentType: "image/png" };

  const sending = send(bytes(10), { headers: { ...SECRET }, metadata });

  const error = await sending.catch((error) => error);
  equal(error.originalResponse.getStatus(), 415);
  equal(
    error.originalResponse.getBody(),
    "mime type image/png is not supported",
  );
});
