import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { strictEqual } from "node:assert/strict";
import type { Errand } from "./errand.ts";
import { imgproxyPath, signedUrl } from "./imgproxy_url.ts";

const URL_OF_ONES_OWN = "https://img.example.com";

const VECTORS: [
  source: string,
  key: string,
  salt: string,
  path: string,
  signature: string,
][] = [
  [
    "docs.imgproxy.net, Signing a URL",
    hex("secret"),
    hex("hello"),
    "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png",
    "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8",
  ],
  [
    "imgproxy, security/signature_test.go",
    hex("test-key"),
    hex("test-salt"),
    // There as "asd", before which imgproxy puts the slash.
    "/asd",
    "oWaL7QoW5TsgbuiS9-5-DI8S3Ibbo1gdB2SteJh3a20",
  ],
  [
    "imgproxy, examples/signature.go of version 2",
    "943b421c9eb07c830af81030552c86009268de4e532ba2ee2eab8247c6da0881",
    "520f986b998545b4785e0defbc4f3c1203f22de2374a3d53cb7a7fe9fea309c5",
    "/fill/300/300/no/1/aHR0cDovL2ltZy5leGFtcGxlLmNvbS9wcmV0dHkvaW1hZ2UuanBn.png",
    "_PQ4ytCQMMp-1w1m_vP6g8Qb-Q7yF9mwghf6PddqxLw",
  ],
];

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

for (const [source, key, salt, path, signature] of VECTORS) {
  Deno.test(`signedUrl() signs as imgproxy does: ${source}`, async () => {
    const url = await signedUrl({ url: URL_OF_ONES_OWN, key, salt }, path);

    strictEqual(url, `${URL_OF_ONES_OWN}/${signature}${path}`);
  });
}

Deno.test("signedUrl() signs what Node signs, letters of another alphabet too", async () => {
  const key = "00ff".repeat(40); // longer than a block of SHA-256
  const salt = "7F";
  for (const path of ["/", "/q:80/é", `/${"a".repeat(3_000)}`]) {
    const url = await signedUrl({ url: URL_OF_ONES_OWN, key, salt }, path);

    const own = createHmac("sha256", Buffer.from(key, "hex"))
      .update(Buffer.from(salt, "hex")).update(path).digest("base64url");
    strictEqual(url, `${URL_OF_ONES_OWN}/${own}${path}`);
  }
});

const USUAL: Errand = {
  place: { bucket: "shop", path: "a.jpg" },
  etag: undefined,
  width: 300,
  height: 200,
  resize: "cover",
  gravity: "ce",
  format: "webp",
  isOriginal: false,
  quality: 80,
  background: "00ff00",
  isEnlarged: false,
};

const ALWAYS = "ar:1/sm:1/kcr:0/scp:1";

const PATHS: [change: Partial<Errand>, options: string][] = [
  [{}, `rs:fill:300:200:0/q:80/f:webp/${ALWAYS}`],
  [{ resize: "contain" }, `rs:fit:300:200:0/q:80/f:webp/${ALWAYS}`],
  [{ resize: "fill" }, `rs:force:300:200:1/q:80/f:webp/${ALWAYS}`],
  [
    { resize: "contain", height: undefined },
    `rs:fit:300:0:0/q:80/f:webp/${ALWAYS}`,
  ],
  [
    { resize: "contain", width: undefined },
    `rs:fit:0:200:0/q:80/f:webp/${ALWAYS}`,
  ],
  [{ gravity: "sowe" }, `rs:fill:300:200:0/g:sowe/q:80/f:webp/${ALWAYS}`],
  [
    { gravity: { x: 0.25, y: 1 } },
    `rs:fill:300:200:0/g:fp:0.25:1/q:80/f:webp/${ALWAYS}`,
  ],
  [
    { format: "jpeg", quality: 20 },
    `rs:fill:300:200:0/q:20/f:jpg/bg:00ff00/${ALWAYS}`,
  ],
  [{ format: "png" }, `rs:fill:300:200:0/q:80/f:png/${ALWAYS}`],
  [{ format: "avif" }, `rs:fill:300:200:0/q:80/f:avif/${ALWAYS}`],
  // Whatever an ETag is made of, it stays one argument.
  [{ etag: "a/b:c" }, `rs:fill:300:200:0/q:80/f:webp/${ALWAYS}/cb:YS9iOmM`],
];

for (const [change, options] of PATHS) {
  Deno.test(`imgproxyPath() makes ${options}`, () => {
    // The example of docs.imgproxy.net, Processing an image.
    const source = "http://example.com/images/curiosity.jpg";
    const encoded = "aHR0cDovL2V4YW1wbGUuY29tL2ltYWdlcy9jdXJpb3NpdHkuanBn";

    const path = imgproxyPath({ ...USUAL, ...change }, source);

    strictEqual(path, `/${options}/${encoded}`);
  });
}
