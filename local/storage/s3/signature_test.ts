import { equal } from "node:assert/strict";
import { canonicalRequest, signerOf } from "./signature.ts";

// From AWS's "Signature Calculations for the Authorization Header" for S3, in
// one chunk and in several, and "Using Query Parameters".
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const scope = { timestamp: "20130524T000000Z", region: "us-east-1" };
const signer = signerOf(SECRET, scope);
const EMPTY =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HOST = { host: "examplebucket.s3.amazonaws.com" };

interface Example {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly payloadHash: string;
  readonly signature: string;
}

const EXAMPLES: Record<string, Example> = {
  "GET Object": {
    method: "GET",
    target: "/test.txt",
    headers: { ...HOST, range: "bytes=0-9", ...dated(EMPTY) },
    payloadHash: EMPTY,
    signature:
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  "PUT Object": {
    method: "PUT",
    target: "/test%24file.text",
    headers: {
      ...HOST,
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      ...dated(
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      ),
    },
    payloadHash:
      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    signature:
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  "GET Bucket Lifecycle": {
    method: "GET",
    target: "/?lifecycle",
    headers: { ...HOST, ...dated(EMPTY) },
    payloadHash: EMPTY,
    signature:
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  "Get Bucket (List Objects)": {
    method: "GET",
    target: "/?max-keys=2&prefix=J",
    headers: { ...HOST, ...dated(EMPTY) },
    payloadHash: EMPTY,
    signature:
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
  "a presigned GET": {
    method: "GET",
    target: "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
      "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
      "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400" +
      "&X-Amz-SignedHeaders=host&X-Amz-Signature=left-out",
    headers: HOST,
    payloadHash: "UNSIGNED-PAYLOAD",
    signature:
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  },
  "the seed of several chunks": {
    method: "PUT",
    target: "/examplebucket/chunkObject.txt",
    headers: {
      host: "s3.amazonaws.com",
      "content-encoding": "aws-chunked",
      "content-length": "66824",
      "x-amz-decoded-content-length": "66560",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      ...dated("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    },
    payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    signature:
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  },
  "the seed of several chunks with a trailer": {
    method: "PUT",
    target: "/examplebucket/chunkObject.txt",
    headers: {
      host: "s3.amazonaws.com",
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": "66560",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-trailer": "x-amz-checksum-crc32c",
      ...dated("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
    },
    payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    signature:
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
  },
};

function dated(payloadHash: string): Record<string, string> {
  return {
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": scope.timestamp,
  };
}

for (const [name, example] of Object.entries(EXAMPLES)) {
  Deno.test(`signerOf() signs AWS's example: ${name}`, () => {
    const [path = "", query] = example.target.split("?");

    const canonical = canonicalRequest({
      ...example,
      path,
      query: new URLSearchParams(query),
      headers: new Headers(example.headers),
      signedHeaders: Object.keys(example.headers),
    });

    equal(signer.signRequest(canonical), example.signature);
  });
}

const REQUEST = {
  method: "GET",
  path: "/",
  headers: new Headers({ a: "1   2" }),
  signedHeaders: ["b", "a"],
  payloadHash: EMPTY,
};

Deno.test("canonicalRequest() sorts parameters by their names, then values", () => {
  const query = new URLSearchParams("a=2&a-b=1&a=10&a=*%20/");

  const [, , line] = canonicalRequest({ ...REQUEST, query }).split("\n");

  equal(line, "a=%2A%20%2F&a=10&a=2&a-b=1");
});

Deno.test("canonicalRequest() sorts headers, and one that is missing is empty", () => {
  const query = new URLSearchParams();

  const lines = canonicalRequest({ ...REQUEST, query }).split("\n");

  equal(lines.slice(3, 7).join("|"), "a:1 2|b:||a;b");
});
