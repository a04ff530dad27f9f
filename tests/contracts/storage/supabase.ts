/**
 * The Supabase that is held to the contract of Storage, over HTTP alone: the
 * one that the environment names, or else a local stack of its own.
 *
 * Each test makes its own buckets, and all of them are removed at the end. No
 * policy is asked for, and none of the project's may open those buckets: what
 * people may do is what they may do without a policy, which is nothing.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";

/** `storage.from(bucket)` of supabase-js. */
export type BucketClient = ReturnType<SupabaseClient["storage"]["from"]>;

/** The options of `createBucket()`. */
type BucketOptions = NonNullable<
  Parameters<SupabaseClient["storage"]["createBucket"]>[1]
>;

/** What supabase-js makes of a refusal. */
export interface Refusal {
  readonly statusCode: string;
  readonly code: string;
  readonly message: string;
}

interface Address {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

await using opened = new AsyncDisposableStack();
const address = addressIn(Deno.env.toObject()) ?? await ownStack();
const madeBuckets: string[] = [];
const madePeople: string[] = [];

/** What the three variables say, if they are there. Two of them are a slip. */
function addressIn(env: Record<string, string>): Address | undefined {
  const {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  } = env;
  if (url === undefined) return undefined;
  ok(publishableKey, "Cannot run without SUPABASE_PUBLISHABLE_KEY");
  ok(secretKey, "Cannot run without SUPABASE_SECRET_KEY");
  return { url, publishableKey, secretKey };
}

async function ownStack(): Promise<Address> {
  // Only then: it takes permissions that a foreign Supabase does not.
  const { startWorld } = await import("../../world.ts");
  const { stack: { url, keys } } = opened.use(await startWorld());
  return { url, publishableKey: keys.publishable, secretKey: keys.secret };
}

function connect(key: string): SupabaseClient {
  return createClient(address.url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** With the secret key. */
export const service: SupabaseClient = connect(address.secretKey);

/** With the publishable key and nobody signed in. */
export const anyone: SupabaseClient = connect(address.publishableKey);

/** Somebody new, signed in, whom no policy names. */
export async function newPerson(): Promise<SupabaseClient> {
  const email = `${crypto.randomUUID()}@example.com`;
  const password = crypto.randomUUID();
  const account = { email, password };
  const { data, error } = await service.auth.admin
    .createUser({ ...account, email_confirm: true });
  equal(error, null);
  if (data.user !== null) madePeople.push(data.user.id);
  const client = connect(address.publishableKey);
  equal((await client.auth.signInWithPassword(account)).error, null);
  return client;
}

/** A name for a bucket that nobody has. It is removed in the end. */
export function newName(suffix = ""): string {
  const name = `contract-${crypto.randomUUID()}${suffix}`;
  madeBuckets.push(name);
  return name;
}

/** A new bucket: private unless `options` say otherwise. */
export async function newBucket(
  options: BucketOptions = { public: false },
): Promise<{ name: string; bucket: BucketClient }> {
  const name = newName();
  const { error } = await service.storage.createBucket(name, options);
  equal(error, null);
  return { name, bucket: service.storage.from(name) };
}

/** Storage's answer to somebody without a client. */
export function request(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${address.url}/storage/v1${path}`, init);
}

/** `headers` with the secret key. */
export function asService(headers: Record<string, string> = {}): HeadersInit {
  return { ...headers, apikey: address.secretKey };
}

/** What an object says, past every cache on the way. */
export async function read(
  bucket: BucketClient,
  path: string,
): Promise<string | undefined> {
  const fresh = { cacheNonce: crypto.randomUUID() };
  return await (await bucket.download(path, fresh)).data?.text();
}

/** The names of all objects in a bucket, in order. */
export async function namesIn(bucket: BucketClient): Promise<string[]> {
  const { data, error } = await bucket.listV2();
  equal(error, null);
  return data?.objects.map(({ name }) => name) ?? [];
}

/** A file of text. */
export function text(content: string, type = "text/plain"): Blob {
  return new Blob([content], { type });
}

/** What was refused. Fails where nothing was. */
export function refusalOf(error: unknown): Refusal {
  ok(error instanceof Error && "statusCode" in error && "code" in error);
  const { statusCode, code, message } = error;
  return { statusCode: `${statusCode}`, code: `${code}`, message };
}

async function cleanUp(): Promise<void> {
  for (const name of madeBuckets) {
    const bucket = service.storage.from(name);
    // By pages of a listing, until there is nothing left to remove.
    for (let removed = 1; removed > 0;) {
      const { data } = await bucket.listV2();
      const paths = data?.objects.map(({ name }) => name) ?? [];
      removed = (await bucket.remove(paths)).data?.length ?? 0;
    }
    await service.storage.deleteBucket(name);
  }
  for (const id of madePeople) await service.auth.admin.deleteUser(id);
}

const closing = opened.move();
Deno.test.afterAll(async () => {
  await cleanUp();
  await closing.disposeAsync();
});
