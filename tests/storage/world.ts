/**
 * `/storage/v1` over HTTP, for an unmodified supabase-js. What is refused must
 * leave nothing behind: `objectsIn` and `files` say what there is.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Keys } from "../../local/keys.ts";
import {
  storageApi,
  sweepOrphans,
  sweepUploads,
} from "../../local/storage/routes.ts";
import { serve } from "../../supabase/functions/_shared/testing/server.ts";
import { openPlatform, type Platform } from "../platform.ts";
import { connect } from "../world.ts";

/** Of the stack, for buckets without a limit of their own. */
export const MAX_BYTES = 12 * 1024 * 1024;

/** `auth.users.id` of two people. */
export const ANN = "00000000-0000-4000-8000-00000000000a";
export const BOB = "00000000-0000-4000-8000-00000000000b";

/** One red pixel. */
export const PNG: Uint8Array<ArrayBuffer> = Uint8Array.fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
);

// People keep what is theirs in a folder of their name.
const POLICIES = `
  create policy "people see what they own" on storage.objects
    for select to authenticated using (owner_id = auth.uid()::text);
  create policy "people add to their folder" on storage.objects
    for insert to authenticated
    with check ((storage.foldername(name))[1] = auth.uid()::text);
  create policy "people replace what they own" on storage.objects
    for update to authenticated using (owner_id = auth.uid()::text);
  create policy "people remove what they own" on storage.objects
    for delete to authenticated using (owner_id = auth.uid()::text);
`;

/** An object as Postgres has it. */
export interface Row {
  readonly version: string;
  readonly owner: string | null;
  readonly "owner_id": string | null;
  readonly metadata: Record<string, unknown>;
  readonly "user_metadata": unknown;
}

/** What Storage answers when it will not. */
export interface Refusal {
  readonly status: number;
  readonly statusCode: string;
  readonly error: string;
  readonly message: string;
  readonly code: string;
}

type BucketOptions = Parameters<SupabaseClient["storage"]["createBucket"]>[1];

/** The API, what it keeps, and ways to use it. Each test has its own buckets. */
export interface World extends Platform {
  readonly url: string;
  /** Where the bytes of objects are. */
  readonly folder: string;
  /** Where uploads under way are. */
  readonly uploads: string;
  /** Every request that has arrived, answered or not. */
  readonly arrivals: readonly Promise<Response>[];
  /** With the publishable key and nobody signed in. */
  anyone(): SupabaseClient;
  /** With the secret key. */
  service(): SupabaseClient;
  /** Signed in for a minute. */
  person(sub: string): Promise<SupabaseClient>;
  /** Private unless `options` say otherwise. */
  makeBucket(name: string, options?: BucketOptions): Promise<void>;
  /** In `bucket`, by name. */
  objectsIn(bucket: string): Promise<Row[]>;
  /** The names in `folder`, in order. */
  files(): Promise<string[]>;
  /** Storage's answer to somebody without a client. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** `headers` with the secret key. */
  asService(headers?: Record<string, string>): HeadersInit;
}

/** Starts the API on a free port and an empty database. */
async function openWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const platform = opened.use(await openPlatform());
  const { database, keys, rows } = platform;
  await database.asOwner((sql) => sql.run(POLICIES));
  const folder = `${platform.data}/objects`;
  const uploads = `${platform.data}/uploads`;
  await sweepOrphans({ database, folder });
  await sweepUploads({ folder, uploads });

  const stack = { database, keys, folder, uploads, maxBytes: MAX_BYTES };
  const api = storageApi(stack);
  const arrivals: Promise<Response>[] = [];
  const { url } = opened.use(serve((request) => {
    const answering = api(request);
    arrivals.push(answering);
    return answering;
  }));

  const closing = opened.move();
  return {
    ...platform,
    url,
    folder,
    uploads,
    arrivals,
    ...clientsOf(url, keys),
    objectsIn: (bucket) =>
      rows(
        "select * from storage.objects where bucket_id = $1 order by name",
        [bucket],
      ),
    async files() {
      const entries = await Array.fromAsync(Deno.readDir(folder));
      return entries.map(({ name }) => name).sort();
    },
    request: (path, init) => fetch(`${url}/storage/v1${path}`, init),
    asService: (headers = {}) => ({ ...headers, apikey: keys.secret }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function clientsOf(
  url: string,
  keys: Keys,
): Pick<World, "anyone" | "service" | "person" | "makeBucket"> {
  const service = () => connect(url, keys.secret);
  return {
    anyone: () => connect(url, keys.publishable),
    service,
    async person(sub) {
      const token = await keys.sign({
        ...aged(60),
        sub,
        role: "authenticated",
      });
      return createClient(url, keys.publishable, {
        accessToken: () => Promise.resolve(token),
      });
    },
    async makeBucket(name, options = { public: false }) {
      const { error } = await service().storage.createBucket(name, options);
      equal(error, null);
    },
  };
}

/** Of a token: signed now, good for `lifetimeS` seconds. */
export function aged(lifetimeS: number): { iat: number; exp: number } {
  const iat = Math.floor(Date.now() / 1000);
  return { iat, exp: iat + lifetimeS };
}

/** What `response` says, when it should say no. */
export async function refusalOf(response: Response): Promise<Refusal> {
  return { status: response.status, ...await response.json() };
}

/** A file of text. */
export function text(content: string, type = "text/plain"): Blob {
  return new Blob([content], { type });
}

/** The one world of these tests: a world takes seconds to make. */
export const world = await openWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
