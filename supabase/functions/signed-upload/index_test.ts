import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { ALICE, type Issuer, startIssuer } from "../_shared/testing/issuer.ts";
import signedUpload, { type Ports } from "./index.ts";
import type { Opened } from "./uploads.ts";

const ID = "11111111-0000-4000-8000-000000000001";
const PHOTO = { bucket: "photos", name: "me.png", type: "image/png", bytes: 9 };
const SIGN = "https://storage/storage/v1/object/upload/sign";
const EXPIRES = new Date("2030-01-01T00:00:00Z");

/** An outside that remembers what is in it. */
function outside() {
  const uploads = new Map<string, unknown>();
  const ports: Ports = {
    uploads: {
      open({ plan }) {
        uploads.set(ID, plan.path);
        const quota = { remaining: 59, resetS: 0 };
        return Promise.resolve({ id: ID, isNew: true, quota });
      },
      takeBack({ id }: Opened, reason) {
        uploads.delete(id);
        return Promise.reject(reason);
      },
      show: () => Promise.reject(new Error("Not in this test")),
      close: () => Promise.reject(new Error("Not in this test")),
    },
    storage: {
      signUpload: (bucket, path) =>
        Promise.resolve({
          url: `${SIGN}/${bucket}/${path}`,
          token: "token",
          expiresAt: EXPIRES,
        }),
    },
  };
  return { ports, uploads };
}

async function ask(issuer: Issuer, ports: Ports): Promise<Response> {
  const { fetch } = signedUpload.within(testConfig(issuer.url), ports);
  return await fetch(
    new Request("http://localhost/signed-upload", {
      method: "POST",
      body: JSON.stringify(PHOTO),
      headers: {
        authorization: `Bearer ${await issuer.sign()}`,
        "content-type": "application/json",
      },
    }),
  );
}

Deno.test("signed-upload gives a ticket in the caller's folder", async () => {
  await using issuer = await startIssuer();
  const { ports, uploads } = outside();

  const response = await ask(issuer, ports);

  strictEqual(response.status, 201);
  strictEqual(response.headers.get("ratelimit"), '"upload-tickets";r=59;t=0');
  const path = `${ALICE}/me.png`;
  deepStrictEqual(await response.json(), {
    id: ID,
    bucket: "photos",
    path,
    url: `${SIGN}/photos/${path}`,
    type: "image/png",
    bytes: 9,
    token: "token",
    method: "PUT",
    headers: { "content-type": "image/png" },
    resumable: {
      endpoint: "https://storage/storage/v1/upload/resumable/sign",
      headers: { "x-signature": "token" },
      metadata: {
        bucketName: "photos",
        objectName: path,
        contentType: "image/png",
      },
      chunkBytes: 6_291_456,
    },
    expiresAt: "2030-01-01T00:00:00.000Z",
  });
  deepStrictEqual([...uploads], [[ID, path]]);
});

Deno.test("signed-upload takes an upload back that it cannot sign", async () => {
  await using issuer = await startIssuer();
  const { ports, uploads } = outside();
  const unavailable = problem(502, "Storage unavailable")("Down");
  const storage = { signUpload: () => Promise.reject(unavailable) };

  const response = await ask(issuer, { ...ports, storage });

  const title = "Storage unavailable";
  await assertProblem(response, { status: 502, title });
  deepStrictEqual([...uploads], []);
});
