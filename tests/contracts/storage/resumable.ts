/**
 * Resumable uploads, with an unmodified `tus-js-client`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepEqual, equal, ok } from "node:assert/strict";
import { DetailedError, Upload } from "tus-js-client";
import { asService, namesIn, newBucket, read, request } from "./supabase.ts";

type Headers = Record<string, string>;

/** How an upload ended. */
async function send(
  content: string,
  { path = "", headers, metadata }: {
    path?: string;
    headers: Headers;
    metadata: Headers;
  },
): Promise<DetailedError | undefined> {
  const { url } = await request("/upload/resumable", { method: "OPTIONS" });
  const { promise, resolve } = Promise.withResolvers<Error | undefined>();
  const upload = new Upload(Buffer.from(content), {
    endpoint: `${url}${path}`,
    retryDelays: null,
    headers,
    metadata,
    onError: resolve,
    onSuccess: () => resolve(undefined),
  });
  upload.start();
  const error = await promise;
  if (error === undefined) return undefined;
  ok(error instanceof DetailedError, error);
  return error;
}

/** The status of what was refused. */
function statusOf(error: DetailedError | undefined): number | undefined {
  return error?.originalResponse?.getStatus();
}

Deno.test("tus-js-client uploads, and replaces if it says so", async () => {
  const { name, bucket } = await newBucket();
  const metadata = { bucketName: name, objectName: "a.txt" };
  const headers = asService() as Headers;

  equal(await send("old", { headers, metadata }), undefined);
  equal(await read(bucket, "a.txt"), "old");
  const taken = await send("new", { headers, metadata });
  equal(statusOf(taken), 409);
  const upsert = { ...headers, "x-upsert": "true" };
  equal(await send("new", { headers: upsert, metadata }), undefined);
  equal(await read(bucket, "a.txt"), "new");
});

Deno.test("tus-js-client uploads with a token, and to its object alone", async () => {
  const { name, bucket } = await newBucket();
  const { data: ticket } = await bucket.createSignedUploadUrl("a.txt");
  const signed = {
    path: "/sign",
    headers: { "x-signature": ticket?.token ?? "" },
  };

  const other = await send("b", {
    ...signed,
    metadata: { bucketName: name, objectName: "b.txt" },
  });
  const own = await send("a", {
    ...signed,
    metadata: { bucketName: name, objectName: "a.txt" },
  });

  equal(statusOf(other), 400);
  equal(own, undefined);
  deepEqual(await namesIn(bucket), ["a.txt"]);
});

Deno.test("a resumable upload above the bucket's limit is refused at once", async () => {
  const { name, bucket } = await newBucket({
    public: false,
    fileSizeLimit: 10,
  });

  const error = await send("12345678901", {
    headers: asService() as Headers,
    metadata: { bucketName: name, objectName: "a.txt" },
  });

  equal(statusOf(error), 413);
  deepEqual(await namesIn(bucket), []);
});

Deno.test("OPTIONS says what resumable uploads can do", async () => {
  const response = await request("/upload/resumable", { method: "OPTIONS" });

  equal(response.headers.get("tus-version"), "1.0.0");
  const can = listed(response, "tus-extension");
  deepEqual(["creation", "expiration", "termination"].filter(can).length, 3);
});

Deno.test("browsers may send what resumable uploads need, and read the answers", async () => {
  const wanted = [
    "authorization",
    "tus-resumable",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "x-signature",
    "x-upsert",
  ];
  const { name } = await newBucket();
  const origin = "https://app.example.com";

  const asked = await request("/upload/resumable", {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": wanted.join(),
    },
  });
  const made = await request("/upload/resumable", {
    method: "POST",
    headers: asService({
      origin,
      "tus-resumable": "1.0.0",
      "upload-length": "1",
      "upload-metadata": `bucketName ${btoa(name)},objectName ${btoa("a")}`,
    }),
  });
  await asked.body?.cancel();
  await made.body?.cancel();

  ok(asked.ok);
  const allowed = listed(asked, "access-control-allow-headers");
  deepEqual(wanted.filter((header) => !allowed(header)), []);
  ok(listed(asked, "access-control-allow-methods")("patch"));
  equal(made.status, 201);
  const exposed = listed(made, "access-control-expose-headers");
  const answers = ["location", "upload-offset", "upload-length"];
  deepEqual(answers.filter((header) => !exposed(header)), []);
});

/** Whether a header's list has a name, or a star for all. */
function listed(
  { headers }: Response,
  header: string,
): (name: string) => boolean {
  const names = (headers.get(header) ?? "").toLowerCase().split(/\s*,\s*/);
  return (name) => names.includes(name) || names.includes("*");
}
