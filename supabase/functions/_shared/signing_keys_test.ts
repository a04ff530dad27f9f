import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { remoteKeys } from "./signing_keys.ts";
import { startIssuer } from "./testing/issuer.ts";

/** A clock that a test moves. */
function clock() {
  let ms = 1_000_000;
  const now = () => ms;
  return { now, pass: (s: number) => void (ms += s * 1000) };
}

Deno.test("remoteKeys() asks once for what it knows", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);
  const [kid] = issuer.keys.keys.map((key) => key.kid);

  const together = await Promise.all([1, 2, 3].map(() => keys.keysFor(kid)));
  pass(599);
  await keys.keysFor(kid);

  deepStrictEqual(together[0], issuer.keys);
  strictEqual(issuer.hits, 1);
  pass(1);
  await keys.keysFor(kid);
  strictEqual(issuer.hits, 2);
});

Deno.test("A11 remoteKeys() asks once in 30 s, whatever ids are sent", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);

  for (let id = 0; id < 100; id++) await keys.keysFor(`unknown-${id}`);
  strictEqual(issuer.hits, 1);

  pass(29);
  await keys.keysFor("unknown");
  strictEqual(issuer.hits, 1);
  pass(1);
  await keys.keysFor("unknown");
  strictEqual(issuer.hits, 2);
});

const BROKEN: [why: string, answer: () => Response][] = [
  ["an error", () => new Response("down", { status: 500 })],
  ["garbage", () => new Response("<html>")],
  ["no keys", () => Response.json({ keys: "none" })],
  ["keys that are none", () => Response.json({ keys: [null] })],
];

for (const [why, answer] of BROKEN) {
  Deno.test(`A11 remoteKeys() never opens on ${why}`, async () => {
    await using issuer = await startIssuer();
    const { now, pass } = clock();
    const keys = remoteKeys(issuer.url, now);
    issuer.answer = answer;
    const expected = { status: 503, title: "Signing keys unavailable" };

    for (let time = 0; time < 10; time++) {
      await rejects(keys.keysFor("any"), expected);
    }
    strictEqual(issuer.hits, 1);

    pass(30);
    issuer.answer = () => Response.json(issuer.keys);
    deepStrictEqual(await keys.keysFor("any"), issuer.keys);
  });
}

Deno.test("A11 remoteKeys() keeps what it read while the issuer is away", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);
  const before = await keys.keysFor("any");

  pass(3600);
  issuer.answer = () => new Response(null, { status: 503 });

  deepStrictEqual(await keys.keysFor("any"), before);
});

Deno.test("A11 remoteKeys() asks again 30 s after a failure", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);
  const [kid] = issuer.keys.keys.map((key) => key.kid);
  await keys.keysFor(kid);

  pass(600);
  issuer.answer = () => new Response(null, { status: 503 });
  await keys.keysFor(kid);
  strictEqual(issuer.hits, 2);
  pass(30);
  await keys.keysFor(kid);

  strictEqual(issuer.hits, 3);
});

Deno.test("A11 remoteKeys() makes nobody with a known key wait", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);
  const [kid] = issuer.keys.keys.map((key) => key.kid);
  await keys.keysFor(kid);
  pass(30);
  const { promise, resolve } = Promise.withResolvers<Response>();
  issuer.answer = () => promise;

  const stranger = keys.keysFor("unknown");
  await keys.keysFor(kid); // while the issuer thinks

  resolve(Response.json(issuer.keys));
  await stranger;
});

Deno.test("A12 remoteKeys() follows a rotation", async () => {
  await using issuer = await startIssuer();
  const { now, pass } = clock();
  const keys = remoteKeys(issuer.url, now);
  const [old] = issuer.keys.keys.map((key) => key.kid);
  await keys.keysFor(old);
  await issuer.rotate();
  const [fresh] = issuer.keys.keys.map((key) => key.kid);

  // Inside the window the old key counts and the new one is found.
  pass(30);
  const both = await keys.keysFor(old);
  strictEqual(both.keys.some((key) => key.kid === old), true);
  const found = await keys.keysFor(fresh);
  strictEqual(found.keys.some((key) => key.kid === fresh), true);

  // Ten minutes later it does not.
  pass(600);
  const later = await keys.keysFor(old);
  strictEqual(later.keys.some((key) => key.kid === old), false);
});

Deno.test("A11 remoteKeys() does not wait for an issuer that hangs", async () => {
  await using issuer = await startIssuer();
  const { promise, resolve } = Promise.withResolvers<Response>();
  issuer.answer = () => promise;
  const keys = remoteKeys(issuer.url, Date.now, 20);

  await rejects(keys.keysFor("any"), { title: "Signing keys unavailable" });

  resolve(new Response()); // so that the server can end
});

Deno.test("A11 remoteKeys() never opens when nobody listens", async () => {
  const { url } = await closed();
  const keys = remoteKeys(url);

  await rejects(keys.keysFor("any"), { title: "Signing keys unavailable" });
});

/** An address that was somebody's a moment ago. */
async function closed(): Promise<{ url: string }> {
  const issuer = await startIssuer();
  await issuer[Symbol.asyncDispose]();
  return issuer;
}

Deno.test("A11 remoteKeys() follows the issuer nowhere else", async () => {
  await using issuer = await startIssuer();
  await using canary = await startIssuer();
  issuer.answer = () => Response.redirect(canary.url);
  const keys = remoteKeys(issuer.url);

  await rejects(keys.keysFor("any"), { title: "Signing keys unavailable" });
  strictEqual(canary.hits, 0);
});
