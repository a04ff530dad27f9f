import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { testConfig } from "../_shared/testing/config.ts";
import { testScope } from "../_shared/testing/scope.ts";
import { serve } from "../_shared/testing/server.ts";
import { GiB, MiB } from "../_shared/units.ts";
import { s3AsService, type S3Storage } from "./s3.ts";

const SENDING = {
  at: { bucket: "inbox", path: "u1/1" },
  headers: { "content-type": "video/mp4" },
  lifetimeS: 60,
};

const KEY = {
  S3_ACCESS_KEY_ID: "key-id",
  S3_SECRET_ACCESS_KEY: "secret",
  S3_REGION: "eu-central-1",
};

/** S3 at `url`, which others call by another name. */
function s3At(url: string, env: Readonly<Record<string, string>> = KEY) {
  const own = { ...env, SUPABASE_PUBLIC_URL: "https://abc.supabase.co" };
  // As the service: it is what these tests are about.
  return s3AsService(testScope(testConfig(url, own)));
}

/** An S3 that begins every upload, or answers `xml`. */
function startS3(xml = "<R><UploadId>id.1-2_3~</UploadId></R>", status = 200) {
  const asked: string[] = [];
  const server = serve((request) => {
    const { pathname, searchParams } = new URL(request.url);
    const type = request.headers.get("content-type");
    asked.push(`${request.method} ${pathname} ${type}`);
    asked.push(String(searchParams.has("uploads")));
    return new Response(xml, { status });
  });
  return { server, asked };
}

async function parts(s3: S3Storage, bytes: number) {
  const { multipart } = await s3.sign({ ...SENDING, bytes });
  return multipart;
}

Deno.test("sign() gives one URL for up to 16 MiB, and asks nobody", async () => {
  const s3 = s3At("http://127.0.0.1:1");

  const { put, multipart, ...rest } = await s3.sign({
    ...SENDING,
    bytes: 16 * MiB,
  });

  const url = new URL(put?.url ?? "");
  strictEqual(
    url.origin + url.pathname,
    "https://abc.storage.supabase.co/storage/v1/s3/inbox/u1/1",
  );
  strictEqual(url.searchParams.get("X-Amz-Expires"), "60");
  strictEqual(multipart, undefined);
  deepStrictEqual(rest, {
    endpoint: "https://abc.storage.supabase.co/storage/v1/s3",
    region: "eu-central-1",
    ...{ bucket: "inbox", key: "u1/1", headers: SENDING.headers },
  });
});

Deno.test("sign() begins an upload in parts above that", async () => {
  const { server, asked } = startS3();
  await using _server = server;

  const multipart = await parts(s3At(server.url), 16 * MiB + 1);

  deepStrictEqual(asked, ["POST /storage/v1/s3/inbox/u1/1 video/mp4", "true"]);
  strictEqual(multipart?.uploadId, "id.1-2_3~");
  strictEqual(multipart.partBytes, 16 * MiB);
  deepStrictEqual(
    multipart.parts.map((it) => {
      const { searchParams } = new URL(it);
      return [searchParams.get("partNumber"), searchParams.get("uploadId")];
    }),
    [["1", "id.1-2_3~"], ["2", "id.1-2_3~"]],
  );
});

Deno.test("sign() gives no more than a hundred parts", async () => {
  const { server } = startS3();
  await using _server = server;

  const multipart = await parts(s3At(server.url), 5 * GiB + 1);

  strictEqual(multipart?.parts.length, 100);
  strictEqual(multipart.partBytes * 100 >= 5 * GiB + 1, true);
});

const FAULTS: [why: string, xml: string, status: number][] = [
  ["refuses", "<Error/>", 403],
  ["answers something else", "<html>", 200],
  ["names an upload that is none", '<UploadId>"&</UploadId>', 200],
];

for (const [why, xml, status] of FAULTS) {
  Deno.test(`sign() says "Storage unavailable" when S3 ${why}`, async () => {
    const { server } = startS3(xml, status);
    await using _server = server;

    const title = "Storage unavailable";
    await rejects(parts(s3At(server.url), 1 * GiB), { title });
  });
}

for (const name of Object.keys(KEY)) {
  Deno.test(`sign() says "S3 not configured" without ${name}`, async () => {
    const s3 = s3At("http://127.0.0.1:1", { ...KEY, [name]: "" });

    const signing = s3.sign({ ...SENDING, bytes: 1 });

    await rejects(signing, { title: "S3 not configured" });
  });
}
