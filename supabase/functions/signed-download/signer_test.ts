import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { asCaller } from "../_shared/clients.ts";
import { goneUpstream, startUpstream } from "../_shared/testing/upstream.ts";
import type { Order, Sight } from "./plan.ts";
import { type Signer, supabaseSigner } from "./signer.ts";

const SIGHT: Sight = {
  image: undefined,
  key: "k",
  bucket: "photos",
  path: "a/b c.png",
  expiresIn: 60,
  transform: undefined,
  options: "",
  version: "v 1",
};
const ORDER: Order<Sight> = {
  bucket: "photos",
  lifetimeS: 120,
  transform: undefined,
  wishes: [SIGHT],
};
const TRANSFORM = { width: 9, resize: undefined };
const TRANSFORMED: Order<Sight> = {
  ...ORDER,
  transform: TRANSFORM,
  wishes: [{ ...SIGHT, transform: TRANSFORM, options: "width=9" }],
};

const now = () => Math.floor(Date.now() / 1000);

/** A token as Storage's, with a lifetime that the test asks for. */
function tokenFor(lifetimeS: unknown): string {
  const exp = typeof lifetimeS === "number" ? now() + lifetimeS : lifetimeS;
  return `h.${btoa(JSON.stringify({ exp })).replaceAll("=", "")}.s`;
}

function signerOf(scope: Parameters<typeof asCaller>[0]): Signer {
  const storageUrl = `${scope.config.supabaseUrl}/storage/v1`;
  return supabaseSigner(asCaller(scope), storageUrl);
}

const PATH = "/object/sign/photos/a/b c.png";

/** What Storage says for the one path that is asked for. */
function says(signedURL: unknown, more: Record<string, unknown> = {}) {
  return () =>
    Response.json([{ path: "a/b c.png", error: null, signedURL, ...more }]);
}

const LIES: [why: string, answer: () => Response][] = [
  ["it is down", () => new Response("", { status: 503 })],
  ["it refuses", () => Response.json({ statusCode: "403" }, { status: 400 })],
  ["something else answers", () => new Response("<html>")],
  ["it answers an object", () => Response.json({})],
  ["it answers nothing", () => Response.json([])],
  ["it answers null", () => Response.json([null])],
  [
    "it answers for another path",
    says(`${PATH}?token=${tokenFor(120)}`, {
      path: "a/c.png",
    }),
  ],
  [
    "it links to another path",
    says(
      `/object/sign/photos/a/c.png?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links to another path of the same length",
    says(`/object/sign/photos/a/b d.png?token=${tokenFor(120)}`),
  ],
  [
    "it links to another bucket",
    says(
      `/object/sign/documents/a/b c.png?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links above itself",
    says(
      `/../..${PATH}?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links to another host",
    says(
      `@evil.example${PATH}?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links to a whole URL",
    says(
      `https://evil.example/storage/v1${PATH}?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links to an upload",
    says(
      `/object/upload/sign/photos/a/b c.png?token=${tokenFor(120)}`,
    ),
  ],
  [
    "it links to a transform",
    says(
      `/render/image/sign/photos/a/b c.png?token=${tokenFor(120)}`,
    ),
  ],
  [
    "the token has more behind it",
    says(
      `${PATH}?token=${tokenFor(120)}&download=x`,
    ),
  ],
  ["there is no token", says(PATH)],
  ["the token is none", says(`${PATH}?token=x`)],
  ["the token cannot be read", says(`${PATH}?token=a.b.c`)],
  ["the token says no time", says(`${PATH}?token=${tokenFor("soon")}`)],
  ["the link lives too long", says(`${PATH}?token=${tokenFor(1000)}`)],
  ["the link is dead", says(`${PATH}?token=${tokenFor(-1000)}`)],
  ["the link is a number", says(1)],
];

for (const [why, answer] of LIES) {
  Deno.test(`U21 sign() says "Storage unavailable" when ${why}`, async () => {
    await using upstream = startUpstream(answer);
    const signer = signerOf(upstream.scope);

    const title = "Storage unavailable";
    await rejects(signer.sign([ORDER]), { title });
  });
}

Deno.test('U21 sign() says "Storage unavailable" when nobody listens', async () => {
  const signer = signerOf(await goneUpstream());

  for (const order of [ORDER, TRANSFORMED]) {
    const title = "Storage unavailable";
    await rejects(signer.sign([order]), { title });
  }
});

Deno.test("sign() sends the caller's token, and paths as they stand", async () => {
  const seen: unknown[] = [];
  const token = tokenFor(120);
  await using upstream = startUpstream(async (request) => {
    const { pathname } = new URL(request.url);
    const bearer = request.headers.get("authorization");
    seen.push(pathname, bearer, await request.json());
    return says(`${PATH}?token=${token}`)();
  });

  const [signed] = await signerOf(upstream.scope).sign([ORDER]);

  deepStrictEqual(seen, [
    "/storage/v1/object/sign/photos",
    "Bearer token",
    { expiresIn: 120, paths: ["a/b c.png"] },
  ]);
  const { url = "", expires = NaN } = signed?.link ?? {};
  strictEqual(
    url,
    `/object/sign/photos/a/b%20c.png?token=${token}&cacheNonce=v%201`,
  );
  ok(Math.abs(expires - now() - 120) <= 2);
});

Deno.test("sign() signs a transform alone, with the options that there are", async () => {
  const seen: unknown[] = [];
  const token = tokenFor(120);
  await using upstream = startUpstream(async (request) => {
    const { pathname } = new URL(request.url);
    seen.push(pathname, await request.json());
    const signedURL = `/render/image/sign/photos/a/b c.png?token=${token}`;
    return Response.json({ signedURL });
  });

  const [signed] = await signerOf(upstream.scope).sign([TRANSFORMED]);

  deepStrictEqual(seen, [
    "/storage/v1/object/sign/photos/a/b%20c.png",
    { expiresIn: 120, transform: { width: 9 } },
  ]);
  ok(signed?.link.url.startsWith("/render/image/sign/photos/a/b%20c.png?"));
});

Deno.test("sign() leaves out what has gone", async () => {
  const message = "Object not found";
  await using batch = startUpstream(says(null, { error: message }));
  await using single = startUpstream(() =>
    Response.json({ statusCode: "404", error: "not_found", message }, {
      status: 400,
    })
  );

  deepStrictEqual(await signerOf(batch.scope).sign([ORDER]), []);
  deepStrictEqual(await signerOf(single.scope).sign([TRANSFORMED]), []);
});
