import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { getAsAnyone, getAsCaller, getAsService } from "../_shared/get.ts";
import { startUpstream } from "../_shared/testing/upstream.ts";
import { addressOf } from "./address.ts";

const PLACE = { bucket: "shop", path: "a b/(1)@2x.png" };
const PUBLIC_URL = "https://project.example";
const WHERE = "shop/a%20b/(1)@2x.png";

Deno.test("what is public has its address, and nobody is asked", async () => {
  const asked: string[] = [];
  await using upstream = startUpstream(({ url }) => {
    asked.push(url);
    return new Response();
  });
  const get = getAsAnyone(upstream.scope);

  const address = await addressOf(PLACE, PUBLIC_URL, [get, "public"]);

  strictEqual(address, `${PUBLIC_URL}/storage/v1/object/public/${WHERE}`);
  deepStrictEqual(asked, []);
});

const RIGHTS = [
  ["caller", getAsCaller, "Bearer token"],
  ["service", getAsService, "Bearer sb_secret_test"],
] as const;

for (const [viewer, getAs, token] of RIGHTS) {
  Deno.test(`what is not public is signed by the right of the ${viewer}, for a minute`, async () => {
    const asked: unknown[] = [];
    await using upstream = startUpstream(async (request) => {
      const { method, url, headers } = request;
      const { pathname } = new URL(url);
      const right = headers.get("authorization");
      asked.push([method, pathname, right, await request.json()]);
      // Storage does not encode the path, and it does not matter which it is.
      return Response.json({ signedURL: "/object/sign/shop/x?token=a.b-_.c" });
    });
    const get = getAs(upstream.scope);

    const address = await addressOf(PLACE, PUBLIC_URL, [get, viewer]);

    strictEqual(
      address,
      `${PUBLIC_URL}/storage/v1/object/sign/${WHERE}?token=a.b-_.c`,
    );
    const path = `/storage/v1/object/sign/${WHERE}`;
    deepStrictEqual(asked, [["POST", path, token, { expiresIn: 60 }]]);
  });
}

const LIES: [why: string, answer: () => Response][] = [
  [
    "an error",
    () => Response.json({ signedURL: "?token=a.b.c" }, { status: 400 }),
  ],
  ["no link", () => Response.json({})],
  ["no JSON", () => new Response("<html>")],
  [
    "I3 a link to somebody else",
    () => Response.json({ signedURL: "http://127.0.0.1/" }),
  ],
  [
    "I3 a token with more behind it",
    () => Response.json({ signedURL: "/x?token=a.b.c@evil.example/" }),
  ],
  [
    "I21 a link without an end",
    () => Response.json({ signedURL: `/x?token=a.b.${"c".repeat(9_000)}` }),
  ],
];

for (const [why, answer] of LIES) {
  Deno.test(`${why}, from Storage that signs, is no address`, async () => {
    await using upstream = startUpstream(answer);
    const get = getAsCaller(upstream.scope);

    await rejects(addressOf(PLACE, PUBLIC_URL, [get, "caller"]), {
      title: "Storage unavailable",
    });
  });
}
