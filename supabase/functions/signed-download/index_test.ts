import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { imageLinks } from "../_shared/image_link.ts";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { ALICE, type Issuer, startIssuer } from "../_shared/testing/issuer.ts";
import signedDownload, { type Ports } from "./index.ts";
import type { Signed } from "./links.ts";

const EXPIRES = 1_893_456_000;
const LINK = { url: "/object/sign/photos/known.png?token=k", expires: EXPIRES };

/** An outside where `known.png` has a link and `gone.png` is not there. */
function outside() {
  const kept = new Map<string, readonly Signed[]>();
  const ports: Ports = {
    images: imageLinks([{ id: "k1", secret: "A".repeat(43) }]),
    addresses: { storage: "https://storage", images: "https://images" },
    links: {
      open(wishes) {
        const sights = wishes
          .filter(({ path }) => path !== "gone.png")
          .map((it) => {
            const sight = { ...it, version: "1" };
            return it.path === "known.png" ? { ...sight, link: LINK } : sight;
          });
        return Promise.resolve({ sights, left: { remaining: 59, resetS: 0 } });
      },
      keep(person, signed) {
        kept.set(person, signed);
        return Promise.resolve(signed);
      },
    },
    signer: {
      sign: (orders) =>
        Promise.resolve(
          orders.flatMap(({ wishes, lifetimeS }) =>
            wishes.map((it) => {
              const url = `/${it.bucket}/${it.path}?${lifetimeS}`;
              return { ...it, link: { url, expires: EXPIRES } };
            })
          ),
        ),
    },
  };
  return { ports, kept };
}

async function ask(
  issuer: Issuer,
  ports: Ports,
  paths: readonly string[],
): Promise<Response> {
  const { fetch } = signedDownload.within(testConfig(issuer.url), ports);
  const items = paths.map((path) => {
    return { bucket: "photos", path, expiresIn: 60 };
  });
  return await fetch(
    new Request("http://localhost/signed-download", {
      method: "POST",
      body: JSON.stringify({ items }),
      headers: {
        authorization: `Bearer ${await issuer.sign()}`,
        "content-type": "application/json",
      },
    }),
  );
}

Deno.test("signed-download signs what has no link, and keeps that alone", async () => {
  await using issuer = await startIssuer();
  const { ports, kept } = outside();

  const paths = ["new.png", "gone.png", "known.png"];
  const response = await ask(issuer, ports, paths);

  strictEqual(response.status, 200);
  const { headers } = response;
  strictEqual(headers.get("cache-control"), "private, no-store");
  strictEqual(headers.get("ratelimit"), '"download-links";r=59;t=0');
  const { items } = await response.json();
  deepStrictEqual(
    items.map(({ url, problem }: Record<string, { code: string }>) =>
      url ?? problem?.code
    ),
    [
      "https://storage/photos/new.png?120",
      "object_not_found",
      `https://storage${LINK.url}`,
    ],
  );
  const signed = kept.get(ALICE)?.map(({ path }) => path);
  deepStrictEqual(signed, ["new.png"]);
});

Deno.test("U21 signed-download keeps nothing when Storage cannot sign", async () => {
  await using issuer = await startIssuer();
  const { ports, kept } = outside();
  const unavailable = problem(502, "Storage unavailable")("Down");
  const signer = { sign: () => Promise.reject(unavailable) };

  const response = await ask(issuer, { ...ports, signer }, ["new.png"]);

  const title = "Storage unavailable";
  await assertProblem(response, { status: 502, title });
  deepStrictEqual([...kept], []);
});
