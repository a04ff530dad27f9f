/**
 * S3 with curl, which signs in its own way.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ENDPOINT, s3, stateOf } from "./s3_world.ts";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { world } from "./world.ts";

const hasCurl = await curl(["--version"]).then(() => true, () => false);

/** What curl prints. */
async function curl(args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("curl", { args }).output();
  return new TextDecoder().decode(stdout);
}

function signed(secret: string): string[] {
  const { accessKeyId, region } = world.keys.s3;
  return [
    "--silent",
    ...["--aws-sigv4", `aws:amz:${region}:s3`],
    ...["--user", `${accessKeyId}:${secret}`],
    ...["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"],
    ...["--header", "x-amz-meta-by: curl"],
    ...["--write-out", "%{http_code}"],
  ];
}

Deno.test({
  name: "S3: curl uploads and downloads",
  ignore: !hasCurl,
  async fn() {
    await world.makeBucket("s3-curl");
    const file = await Deno.makeTempFile({ prefix: "portico-" });
    await Deno.writeTextFile(file, "from curl");
    const flags = signed(world.keys.s3.secretAccessKey);
    const url = `${ENDPOINT}/s3-curl/a%20folder/a.txt`;

    equal(await curl([...flags, "--upload-file", file, url]), "200");
    equal(await curl([...flags, url]), "from curl200");

    const { Body, Metadata } = await s3.send(
      new GetObjectCommand({ Bucket: "s3-curl", Key: "a folder/a.txt" }),
    );
    equal(await Body?.transformToString(), "from curl");
    deepEqual(Metadata, { by: "curl" });
    await Deno.remove(file);
  },
});

Deno.test({
  name: "S3 refuses curl with a wrong secret",
  ignore: !hasCurl,
  async fn() {
    await world.makeBucket("s3-curl-refused");
    const before = await stateOf("s3-curl-refused");

    const answer = await curl([
      ...signed("wrong"),
      ...["--request", "PUT", "--data", "a"],
      `${ENDPOINT}/s3-curl-refused/a.txt`,
    ]);

    match(answer, /<Code>SignatureDoesNotMatch<\/Code>.*403$/);
    deepEqual(await stateOf("s3-curl-refused"), before);
  },
});
