import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Objects } from "../_shared/objects.ts";
import { problem } from "../_shared/problem.ts";
import type { Storage } from "../_shared/storage.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { ALICE, type Issuer, startIssuer } from "../_shared/testing/issuer.ts";
import type { Arrivals } from "./arrivals.ts";
import signedUpload, { type Ports } from "./index.ts";
import type { Upload } from "./upload.ts";
import type { Opened, Uploads } from "./uploads.ts";

const PHOTO = { bucket: "photos", name: "me.png", type: "image/png", bytes: 9 };
const SIGN = "https://storage/storage/v1/object/upload/sign";
const EXPIRES = new Date("2030-01-01T00:00:00Z");

/** An upload of Alice's that is open. */
const OPEN: Upload = {
  id: "11111111-0000-4000-8000-000000000001",
  owner: ALICE,
  object: { bucket: "photos", path: `${ALICE}/me.png` },
  at: { bucket: "portico-inbox", path: `${ALICE}/1` },
  type: "text/plain",
  bytes: 2,
  sha256: null,
  state: "open",
  version: null,
  etag: null,
  quarantine: false,
  reason: null,
  detail: null,
  createdAt: "2026-01-01T00:00:00+00:00",
  expiresAt: "2031-01-01T00:00:00+00:00",
  arrivedAt: null,
  judgedAt: null,
};

const ARRIVED: Upload = { ...OPEN, state: "arrived", version: "1" };

/** An outside with `uploads` in it, whose objects are all the text `hi`. */
function outside(...known: Upload[]) {
  const kept = new Map(known.map((it) => [it.id, it]));
  const done: string[] = [];
  const alerts: string[] = [];
  const left = { remaining: 59, resetS: 0 };
  const uploads: Uploads = {
    open({ plan }) {
      const { path, bucket, type, bytes } = plan;
      const upload = { ...OPEN, object: { bucket, path }, type, bytes };
      kept.set(upload.id, upload);
      return Promise.resolve({ upload, isNew: true, left });
    },
    takeBack({ upload }: Opened, reason) {
      kept.delete(upload.id);
      return Promise.reject(reason);
    },
    show(_caller, id) {
      const upload = kept.get(id);
      return upload
        ? Promise.resolve(upload)
        : Promise.reject(problem(404, "Upload not found")("None"));
    },
    async take(caller, id) {
      const upload = await uploads.show(caller, id);
      return { upload, isOurs: upload.version !== "in hand" };
    },
    close: () => Promise.reject(new Error("Not in this test")),
  };
  const arrivals: Arrivals = {
    claim(size) {
      const due = [...kept.values()].filter((it) => it.state === "arrived");
      return Promise.resolve(due.slice(0, size));
    },
    judge(upload, verdict) {
      const judged: Upload = verdict.ok
        ? { ...upload, state: "accepted" }
        : { ...upload, ...verdict, state: "rejected" };
      kept.set(judged.id, judged);
      return Promise.resolve(judged);
    },
    strays: () => Promise.resolve([]),
  };
  const objects: Objects = {
    open: ({ size }) => ({
      size,
      at: (offset, length) =>
        Promise.resolve(
          new TextEncoder().encode("hi").slice(offset, offset + length),
        ),
    }),
    move(from, to) {
      done.push(`move ${from.bucket}/${from.path} ${to.bucket}/${to.path}`);
      return Promise.resolve(true);
    },
    remove({ bucket, path }) {
      done.push(`remove ${bucket}/${path}`);
      return Promise.resolve();
    },
  };
  const storage: Storage = {
    signUpload: ({ bucket, path }) =>
      Promise.resolve({
        url: `${SIGN}/${bucket}/${path}`,
        token: "token",
        expiresAt: EXPIRES,
      }),
  };
  const world = { arrivals, objects };
  const s3 = { sign: () => Promise.reject(new Error("Not in this test")) };
  const ports: Ports = {
    ...world,
    ...{ uploads, storage, s3 },
    patient: () => world,
    alert: (error) => void alerts.push(String(error)),
    log() {},
  };
  return { ports, kept, done, alerts };
}

async function post(
  issuer: Issuer,
  ports: Ports,
  ...[path, body]: [path: string, body: unknown]
): Promise<Response> {
  const { fetch } = signedUpload.within(testConfig(issuer.url), ports);
  return await fetch(
    new Request(`http://localhost/signed-upload${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        ...path === "/settle"
          ? { apikey: "sb_secret_test" }
          : { authorization: `Bearer ${await issuer.sign()}` },
        "content-type": "application/json",
      },
    }),
  );
}

Deno.test("signed-upload gives a ticket for a place of the caller's", async () => {
  await using issuer = await startIssuer();
  const { ports, kept } = outside();

  const response = await post(issuer, ports, "", {
    ...PHOTO,
    metadata: { n: "ä" },
    cacheControl: 60,
  });

  strictEqual(response.status, 201);
  strictEqual(response.headers.get("ratelimit"), '"upload-tickets";r=59;t=0');
  const { bucket, path } = OPEN.at;
  deepStrictEqual(await response.json(), {
    id: OPEN.id,
    object: { bucket: "photos", path: `${ALICE}/me.png` },
    type: "image/png",
    bytes: 9,
    expiresAt: "2030-01-01T00:00:00.000Z",
    protocol: "standard",
    because: "One request is enough for 9 bytes",
    standard: {
      ...{ bucket, path, token: "token", url: `${SIGN}/${bucket}/${path}` },
      options: {
        contentType: "image/png",
        cacheControl: "60",
        metadata: { n: "ä" },
      },
      method: "PUT",
      headers: {
        "content-type": "image/png",
        "cache-control": "max-age=60",
        "x-metadata": "eyJuIjoiw6QifQ==",
      },
    },
    resumable: {
      endpoint: "https://storage/storage/v1/upload/resumable/sign",
      headers: { "x-signature": "token" },
      metadata: {
        bucketName: bucket,
        objectName: path,
        contentType: "image/png",
        cacheControl: "60",
        metadata: '{"n":"ä"}',
      },
      chunkBytes: 6_291_456,
    },
  });
  deepStrictEqual([...kept.keys()], [OPEN.id]);
});

Deno.test("signed-upload takes an upload back that it cannot sign", async () => {
  await using issuer = await startIssuer();
  const { ports, kept } = outside();
  const unavailable = problem(502, "Storage unavailable")("Down");
  const storage = { signUpload: () => Promise.reject(unavailable) };

  const response = await post(issuer, { ...ports, storage }, "", PHOTO);

  const title = "Storage unavailable";
  await assertProblem(response, { status: 502, title });
  deepStrictEqual([...kept], []);
});

Deno.test("complete moves what is as it says to its place", async () => {
  await using issuer = await startIssuer();
  const { ports, done } = outside(ARRIVED);

  const response = await post(issuer, ports, "/complete", { id: ARRIVED.id });

  strictEqual(response.status, 200);
  const shown = await response.json();
  strictEqual(shown.state, "verified");
  deepStrictEqual(shown.object, ARRIVED.object);
  const { at, object } = ARRIVED;
  deepStrictEqual(done, [
    `move ${at.bucket}/${at.path} ${object.bucket}/${object.path}`,
  ]);
});

Deno.test("complete removes what is something else, and says why", async () => {
  await using issuer = await startIssuer();
  const { ports, done } = outside({ ...ARRIVED, type: "image/png" });

  const response = await post(issuer, ports, "/complete", { id: ARRIVED.id });

  const reason = "type_mismatch";
  const title = "Upload rejected";
  await assertProblem(response, { status: 422, title, reason });
  deepStrictEqual(done, [`remove portico-inbox/${ALICE}/1`]);
});

Deno.test("complete puts a violator into quarantine where the policy says so", async () => {
  await using issuer = await startIssuer();
  const violator = { type: "image/png", quarantine: true };
  const { ports, done } = outside({ ...ARRIVED, ...violator });

  await post(issuer, ports, "/complete", { id: ARRIVED.id });

  deepStrictEqual(done, [
    `move portico-inbox/${ALICE}/1 portico-quarantine/${ALICE}/${ARRIVED.id}`,
  ]);
});

Deno.test("complete takes a violator out of its place before it removes it", async () => {
  await using issuer = await startIssuer();
  const at = ARRIVED.object;
  const { ports, done } = outside({ ...ARRIVED, type: "image/png", at });

  await post(issuer, ports, "/complete", { id: ARRIVED.id });

  const hidden = `portico-quarantine/${ALICE}/${ARRIVED.id}`;
  deepStrictEqual(done, [
    `move photos/${ALICE}/me.png ${hidden}`,
    `remove ${hidden}`,
  ]);
});

Deno.test("complete removes nothing that somebody else has put there meanwhile", async () => {
  await using issuer = await startIssuer();
  const at = ARRIVED.object;
  const { ports, done } = outside({ ...ARRIVED, type: "image/png", at });
  const objects = { ...ports.objects, move: () => Promise.resolve(false) };

  const world = { ...ports, objects };
  const response = await post(issuer, world, "/complete", { id: ARRIVED.id });

  await assertProblem(response, { status: 502, title: "Storage unavailable" });
  deepStrictEqual(done, []);
});

Deno.test("complete waits for who has the upload in hand, and does it then", async () => {
  await using issuer = await startIssuer();
  const { ports, done } = outside({ ...ARRIVED, version: "in hand" });
  const { take } = ports.uploads;
  let looks = 0;
  const uploads: Uploads = {
    ...ports.uploads,
    take: (...of) => (looks++, take(...of)),
  };

  const world = { ...ports, uploads };
  const response = await post(issuer, world, "/complete", { id: ARRIVED.id });

  strictEqual(response.status, 200);
  strictEqual(looks, 21);
  strictEqual(done.length, 1);
});

const NOT_YET: [title: string, state: Upload["state"]][] = [
  ["Upload not arrived", "open"],
  ["Object changed", "changed"],
];

for (const [title, state] of NOT_YET) {
  Deno.test(`complete says "${title}" of an upload that is ${state}`, async () => {
    await using issuer = await startIssuer();
    const { ports, done } = outside({ ...ARRIVED, state });

    const response = await post(issuer, ports, "/complete", { id: OPEN.id });

    await assertProblem(response, { status: 409, title });
    deepStrictEqual(done, []);
  });
}

Deno.test("complete looks again when somebody else has moved the object", async () => {
  await using issuer = await startIssuer();
  const { ports, kept } = outside(ARRIVED);
  const move = () => {
    kept.set(ARRIVED.id, { ...ARRIVED, state: "verified" });
    return Promise.resolve(false);
  };
  const objects = { ...ports.objects, move };

  const response = await post(
    issuer,
    { ...ports, objects },
    "/complete",
    { id: ARRIVED.id },
  );

  strictEqual((await response.json()).state, "verified");
});

Deno.test("settle goes on with all that is due, whatever fails", async () => {
  await using issuer = await startIssuer();
  const id = (n: number) => `11111111-0000-4000-8000-00000000000${n}`;
  const { ports, done, alerts } = outside(
    { ...ARRIVED, id: id(1) },
    { ...ARRIVED, id: id(2), type: "image/png" },
    { ...ARRIVED, id: id(3), at: { bucket: "broken", path: "x" } },
    { ...OPEN, id: id(9) },
  );
  const claimed = new Set<string>();
  const arrivals: Arrivals = {
    ...ports.arrivals,
    claim: async (...most) => {
      const due = await ports.arrivals.claim(...most);
      const fresh = due.filter((it) => !claimed.has(it.id));
      fresh.forEach((it) => claimed.add(it.id));
      return fresh;
    },
  };
  const objects: Objects = {
    ...ports.objects,
    move: (from, to) =>
      from.bucket === "broken"
        ? Promise.reject(new Error("Broken"))
        : ports.objects.move(from, to),
  };
  const patient = () => ({ arrivals, objects });

  const response = await post(issuer, { ...ports, patient }, "/settle", {});

  const { run, ...tally } = await response.json();
  ok(run);
  deepStrictEqual(tally, {
    ...{ verified: 1, rejected: 1, elsewhere: 0 },
    ...{ failed: 1, strays: 0 },
  });
  strictEqual(done.length, 2);
  deepStrictEqual(alerts, ["Error: Broken"]);
});
