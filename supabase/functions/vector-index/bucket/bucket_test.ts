import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { goneUpstream, startUpstream } from "../../_shared/testing/upstream.ts";
import { supabaseBucket } from "./bucket.ts";
import type { BucketFault, FaultKind } from "./fault.ts";

const PLACE = { bucket: "embeddings", index: "notes-1" };
const NAMES = { vectorBucketName: "embeddings", indexName: "notes-1" };

/** Storage that answers `answers` in turn, and what it was asked. */
function storageThat(...answers: Response[]) {
  const asked: unknown[] = [];
  const upstream = startUpstream(async (request) => {
    const { pathname } = new URL(request.url);
    strictEqual(request.method, "POST");
    strictEqual(request.headers.get("apikey"), "sb_secret_test");
    match(request.headers.get("content-type") ?? "", /^application\/json$/);
    asked.push([pathname, await request.json()]);
    return answers.shift() ?? new Response();
  });
  const bucket = supabaseBucket(upstream.scope, 5_000);
  return { ...upstream, bucket, asked };
}

function refusal(status: number, code: string): Response {
  const statusCode = `${status}`;
  return Response.json({ statusCode, error: code, code, message: "No" }, {
    status,
  });
}

function isFault(kind: FaultKind) {
  return (error: BucketFault) => {
    deepStrictEqual([error.name, error.kind], ["BucketFault", kind]);
    return true;
  };
}

const path = (operation: string) => `/storage/v1/vector/${operation}`;

Deno.test("a bucket is made with an index, whose texts and keys have no bound of 2 KB", async () => {
  await using storage = storageThat(refusal(409, "ConflictException"));

  await storage.bucket.make(PLACE, 384);

  deepStrictEqual(storage.asked, [
    [path("CreateVectorBucket"), { vectorBucketName: "embeddings" }],
    [path("CreateIndex"), {
      ...NAMES,
      dataType: "float32",
      dimension: 384,
      distanceMetric: "cosine",
      metadataConfiguration: { nonFilterableMetadataKeys: ["content", "key"] },
    }],
  ]);
});

Deno.test("an index that is there already is not ours to have made", async () => {
  await using storage = storageThat(
    new Response(),
    refusal(409, "ConflictException"),
  );

  await rejects(storage.bucket.make(PLACE, 1), isFault("taken"));
});

Deno.test("vectors are put as they are given", async () => {
  await using storage = storageThat();

  await storage.bucket.put(PLACE, ['{"key":"a"}', '{"key":"b"}']);

  deepStrictEqual(storage.asked, [[path("PutVectors"), {
    ...NAMES,
    vectors: [{ key: "a" }, { key: "b" }],
  }]]);
});

Deno.test("vectors are taken away by their names", async () => {
  await using storage = storageThat();

  await storage.bucket.take(PLACE, ["a#0", "b#1"]);

  const keys = ["a#0", "b#1"];
  deepStrictEqual(storage.asked, [[path("DeleteVectors"), { ...NAMES, keys }]]);
});

Deno.test("an index is found, or it is not", async () => {
  const index = { dimension: 3, distanceMetric: "cosine" };
  await using storage = storageThat(
    Response.json({ index }),
    refusal(404, "NotFoundException"),
    refusal(404, "nothing of the kind"),
  );
  const { bucket } = storage;

  deepStrictEqual(await bucket.find(PLACE), {
    dimensions: 3,
    metric: "cosine",
  });
  strictEqual(await bucket.find(PLACE), undefined);
  await rejects(bucket.find(PLACE), isFault("refused"));
});

Deno.test("an index that is gone was removed", async () => {
  await using storage = storageThat(
    new Response(),
    refusal(404, "NotFoundException"),
    refusal(500, "InternalError"),
  );
  const { bucket } = storage;

  await bucket.remove(PLACE);
  await bucket.remove(PLACE);
  await rejects(bucket.remove(PLACE), isFault("failed"));
});

Deno.test("a list has names and seals, by pages", async () => {
  const vectors = [
    { key: "a#0", metadata: { seal: "x", content: "y" } },
    { key: "b#0", metadata: { seal: 7 } },
    { key: "c#0" },
  ];
  const pages = [{ vectors, nextToken: "next" }, { vectors: [] }];
  await using storage = storageThat(...pages.map((it) => Response.json(it)));
  const { bucket } = storage;

  const first = await bucket.list(PLACE, { size: 3 });
  const second = await bucket.list(PLACE, { size: 3, page: "next" });

  deepStrictEqual(first.vectors, [
    { name: "a#0", seal: "x" },
    { name: "b#0" },
    { name: "c#0" },
  ]);
  deepStrictEqual([first.next, second.next], ["next", undefined]);
  const asked = { ...NAMES, maxResults: 3, returnMetadata: true };
  deepStrictEqual(storage.asked, [
    [path("ListVectors"), asked],
    [path("ListVectors"), { ...asked, nextToken: "next" }],
  ]);
});

/** What is no list. */
const LIES: [what: string, body: string][] = [
  ["nothing", ""],
  ["no JSON", "<h1>"],
  ["no list", "{}"],
  ["a list of something else", '{"vectors":[1]}'],
  ["null", "null"],
];

for (const [what, body] of LIES) {
  Deno.test(`${what} is no list of vectors`, async () => {
    await using storage = storageThat(new Response(body));

    await rejects(storage.bucket.list(PLACE, { size: 1 }), isFault("failed"));
  });
}

Deno.test("a bucket that is not there, or leads elsewhere, has failed", async () => {
  const away = supabaseBucket(await goneUpstream(), 5_000);
  await rejects(away.take(PLACE, ["a"]), isFault("failed"));

  await using storage = storageThat(
    Response.redirect("http://127.0.0.1:9/elsewhere"),
  );
  await rejects(storage.bucket.take(PLACE, ["a"]), isFault("failed"));
});

Deno.test("what nobody waits for any more is nobody's fault", async () => {
  const stop = new AbortController();
  const arrived = Promise.withResolvers<void>();
  await using upstream = startUpstream(async () => {
    arrived.resolve();
    await new Promise((resolve) =>
      stop.signal.addEventListener("abort", resolve)
    );
    return new Response();
  });
  const scope = { ...upstream.scope, signal: stop.signal };

  const asked = supabaseBucket(scope, 5_000).take(PLACE, ["a"]);
  await arrived.promise;
  stop.abort(new Error("Time is up"));

  await rejects(asked, /Time is up/);
});
