/**
 * Upload URLs: a ticket for one object, which the policies allowed.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { decodeJwt, type JWTPayload } from "jose";
import { aged, ANN, BOB, PNG, refusalOf, text, world } from "./world.ts";

await world.makeBucket("upload-tokens");
await world.service().storage.from("upload-tokens").upload(
  "there.txt",
  text("there"),
);

Deno.test("createSignedUploadUrl() signs what the real server signs, for two hours", async () => {
  await world.makeBucket("ticket");
  const path = `${ANN}/a.png`;
  const bucket = (await world.person(ANN)).storage.from("ticket");

  const { data } = await bucket.createSignedUploadUrl(path);

  const { iat = 0, exp = 0, ...claims } = decodeJwt(data?.token ?? "");
  deepEqual(claims, {
    owner: ANN,
    url: `ticket/${path}`,
    upsert: false,
    scope: "upload",
  });
  equal(exp - iat, 7200);
  ok(Math.abs(iat - Date.now() / 1000) < 60);
});

Deno.test("POST /object/upload/sign shows policies what the headers say", async () => {
  await world.makeBucket("described");
  await world.database.asOwner((sql) =>
    sql.run(`create policy "small pictures with a title" on storage.objects
      for insert to anon with check (bucket_id = 'described'
        and metadata ->> 'mimetype' = 'image/png'
        and (metadata ->> 'contentLength')::int = 0
        and user_metadata ->> 'title' = 'Ann')`)
  );
  async function sign(title: string, type: string): Promise<number> {
    const response = await world.request(
      "/object/upload/sign/described/a.png",
      {
        method: "POST",
        headers: {
          apikey: world.keys.publishable,
          "content-type": type,
          "x-metadata": btoa(JSON.stringify({ title })),
        },
      },
    );
    await response.body?.cancel();
    return response.status;
  }

  equal(await sign("Ann", "image/png"), 200);
  equal(await sign("Bob", "image/png"), 400);
  equal(await sign("Ann", "image/gif"), 400);
});

Deno.test("createSignedUploadUrl() obeys row-level security and signs no taken name", async () => {
  await world.makeBucket("no-ticket");
  const bucket = (await world.person(ANN)).storage.from("no-ticket");
  await bucket.upload(`${ANN}/taken.txt`, text("hers"));

  const outside = await bucket.createSignedUploadUrl(`${BOB}/a.txt`);
  const taken = await bucket.createSignedUploadUrl(`${ANN}/taken.txt`);

  equal(outside.data, null);
  equal(outside.error?.message, "new row violates row-level security policy");
  equal(taken.data, null);
  equal(taken.error?.message, "The resource already exists");
});

Deno.test("uploadToSignedUrl() stores for the signer, once", async () => {
  await world.makeBucket("signed");
  const path = `${ANN}/a.png`;
  const signer = (await world.person(ANN)).storage.from("signed");
  const { data: ticket } = await signer.createSignedUploadUrl(path);
  const token = ticket?.token ?? "";
  const picture = new Blob([PNG], { type: "image/png" });
  const stranger = world.anyone().storage.from("signed");

  const first = await stranger.uploadToSignedUrl(path, token, picture);
  deepEqual(first.data, { path, fullPath: `signed/${path}` });
  const [row] = await world.objectsIn("signed");
  deepEqual([row?.owner, row?.owner_id], [ANN, ANN]);
  const before = [await world.objectsIn("signed"), await world.files()];

  const again = await stranger
    .uploadToSignedUrl(path, token, text("other"), { upsert: true });
  equal(again.error?.message, "The resource already exists");
  ok(again.error !== null && "statusCode" in again.error);
  equal(again.error.statusCode, "409");
  deepEqual([await world.objectsIn("signed"), await world.files()], before);
});

Deno.test("uploadToSignedUrl() replaces when the token says so", async () => {
  await world.makeBucket("signed-upsert");
  const bucket = world.service().storage.from("signed-upsert");
  await bucket.upload("a.txt", text("old"));
  const upsert = { upsert: true };
  const { data: ticket } = await bucket.createSignedUploadUrl("a.txt", upsert);

  const { error } = await bucket
    .uploadToSignedUrl("a.txt", ticket?.token ?? "", text("new"));

  equal(error, null);
  equal(await (await bucket.download("a.txt")).data?.text(), "new");
});

Deno.test("uploadToSignedUrl() obeys the bucket's limits", async () => {
  await world.makeBucket("signed-limits", {
    public: false,
    fileSizeLimit: 10,
    allowedMimeTypes: ["text/*"],
  });
  const before = await world.files();
  const bucket = world.service().storage.from("signed-limits");
  const { data: ticket } = await bucket.createSignedUploadUrl("a");
  const token = ticket?.token ?? "";

  const long = await bucket.uploadToSignedUrl("a", token, text("12345678901"));
  const html = await bucket
    .uploadToSignedUrl("a", token, text("{}", "application/json"));

  equal(long.error?.message, "The object exceeded the maximum allowed size");
  equal(html.error?.message, "mime type application/json is not supported");
  deepEqual(await world.objectsIn("signed-limits"), []);
  deepEqual(await world.files(), before);
});

const UPLOAD = { url: "upload-tokens/a.txt", scope: "upload", upsert: true };

const BAD_TICKETS: [why: string, claims: JWTPayload, code: string][] = [
  ["expired", { ...UPLOAD, ...aged(-60) }, "InvalidJWT"],
  ["for downloads", {
    ...UPLOAD,
    scope: "download",
    ...aged(60),
  }, "InvalidSignature"],
  ["for another object", {
    ...UPLOAD,
    url: "upload-tokens/b.txt",
    ...aged(60),
  }, "InvalidSignature"],
  ["for another bucket", {
    ...UPLOAD,
    url: "token/s/a.txt",
    ...aged(60),
  }, "InvalidSignature"],
  ["without an end", UPLOAD, "InvalidSignature"],
];

for (const [why, claims, code] of BAD_TICKETS) {
  Deno.test(`PUT /object/upload/sign refuses a token that is ${why}`, async () => {
    const before = [
      await world.objectsIn("upload-tokens"),
      await world.files(),
    ];
    const token = await world.keys.sign(claims);

    const response = await world.request(
      `/object/upload/sign/upload-tokens/a.txt?token=${token}`,
      { method: "PUT", body: "not welcome" },
    );

    equal((await refusalOf(response)).code, code);
    deepEqual(
      [await world.objectsIn("upload-tokens"), await world.files()],
      before,
    );
  });
}
