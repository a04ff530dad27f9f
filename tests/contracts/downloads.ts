/**
 * How tests ask `signed-download`, and what they ask it for.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { type Person, tokenOf, type World } from "../world.ts";
import type { Place } from "./contract.ts";

/** What the route reads of a body, in bytes. */
export const BODY_BYTES = 256 * 1024;

/** An answer to one item. */
export interface Answer {
  readonly bucket: string;
  readonly path: string;
  readonly url?: string;
  readonly expiresAt?: string;
  readonly problem?: Readonly<Record<string, unknown>>;
}

/** Asks for links. A text is sent as it is. */
export function ask(
  place: Place,
  token: string,
  body: unknown,
): Promise<Response> {
  return place.call("", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    },
  });
}

/** The answers to `items`, which must be given. */
export async function answers(
  place: Place,
  token: string,
  items: readonly unknown[],
): Promise<Answer[]> {
  const response = await ask(place, token, { items });
  const body = await response.json();
  strictEqual(response.status, 200, JSON.stringify(body));
  return body.items;
}

/** The URLs for `items`. One that is not given is "". */
export async function urls(
  place: Place,
  token: string,
  items: readonly unknown[],
): Promise<string[]> {
  return (await answers(place, token, items)).map(({ url = "" }) => url);
}

/** Puts a text file into a person's folder; the answer is its path. */
export async function put(
  { id, client }: Person,
  name: string,
  text: string,
): Promise<string> {
  const path = `${id}/${name}`;
  const body = new Blob([text], { type: "text/plain" });
  const { error } = await client.storage.from("documents").upload(path, body);
  if (error) throw error;
  return path;
}

/** Puts `n` photos that have rows and no bytes into a person's folder. */
export async function fill(
  { rows }: World,
  person: string,
  n: number,
): Promise<string[]> {
  const made = await rows<{ name: string }>(
    `insert into storage.objects (bucket_id, name, owner_id, version)
     select 'photos', $1 || '/' || n || '.png', $1, gen_random_uuid()
     from generate_series(1, $2::int) as n returning name`,
    [person, n],
  );
  return made.map(({ name }) => name);
}

/** Items for `paths` of one bucket, for a minute unless stated. */
export function itemsOf(
  bucket: string,
  paths: readonly string[],
  expiresIn = 60,
): { bucket: string; path: string; expiresIn: number }[] {
  return paths.map((path) => ({ bucket, path, expiresIn }));
}

/** Links that are kept for a person. */
export async function linksOf(
  { rows }: World,
  person: string,
): Promise<{ path: string; url: string }[]> {
  return await rows(
    "select path, url from portico.links where person = $1 order by path",
    [person],
  );
}

/** Takes the guard away, and lets people write to their folders. */
const OPEN = `
  delete from portico.guarded_buckets;
  do $$ begin
    create policy "people write to their own folder" on storage.objects
      for insert to authenticated
      with check ((storage.foldername(name))[1] = auth.uid()::text);
  exception when duplicate_object then null;
  end $$`;

/**
 * Somebody new, and their token. These tests are about reading: what there is to
 * read comes without tickets.
 */
export async function newcomer(
  { world }: Place,
): Promise<{ person: Person; token: string }> {
  await world.stack.database.asOwner((sql) => sql.run(OPEN));
  const person = await world.newPerson();
  return { person, token: await tokenOf(person) };
}
