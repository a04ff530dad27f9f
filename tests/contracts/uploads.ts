/**
 * How tests ask `signed-upload`, and what an upload leaves behind.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { Ticket } from "../../supabase/functions/signed-upload/ticket.ts";
import { type Person, tokenOf, type World } from "../world.ts";
import type { Place } from "./contract.ts";

/** What is asked for, unless a test is about something else. */
export const PHOTO = {
  bucket: "photos",
  name: "me.png",
  type: "image/png",
  bytes: 1000,
};

/** A picture of one grey pixel: a whole PNG. */
export const PIXEL = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4" +
      "nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  ),
  (char) => char.charCodeAt(0),
);

/** What the route reads of a body, in bytes. */
export const BODY_BYTES = 8192;

/** Asks for a ticket. A text is sent as it is. */
export function ask(
  place: Place,
  token: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return post(place, token, "", body, headers);
}

function post(
  place: Place,
  token: string,
  ...[path, body, headers]: [path: string, body: unknown, headers?: HeadersInit]
): Promise<Response> {
  return place.call(path, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...headers,
    },
  });
}

/** Sends what a ticket is for, in one request. */
export function send(
  { standard }: Ticket,
  body: BodyInit,
): Promise<Response> {
  ok(standard);
  const { url, method, headers } = standard;
  return fetch(url, { method, headers, body });
}

/** Uploads a pixel as `token`, with a ticket. Nobody has looked at it yet. */
export async function arrive(
  place: Place,
  token: string,
  wanted: Readonly<Record<string, unknown>> = {},
): Promise<Ticket> {
  const { length: bytes } = PIXEL;
  const response = await ask(place, token, { ...PHOTO, bytes, ...wanted });
  const ticket: Ticket = await response.json();
  ok(response.ok, JSON.stringify(ticket));
  const put = await send(ticket, PIXEL);
  ok(put.ok, await put.text());
  return ticket;
}

/** Asks that an upload be looked at. */
export function complete(
  place: Place,
  token: string,
  id: string,
): Promise<Response> {
  return post(place, token, "/complete", { id });
}

/** Has what is due looked at without its clients, as an operator would. */
export function settle(
  place: Place,
  who: Readonly<Record<string, string>> = {
    apikey: place.world.stack.keys.secret,
  },
  body = "{}",
): Promise<Response> {
  const headers = { "content-type": "application/json", ...who };
  return place.call("/settle", { method: "POST", body, headers });
}

/** A PNG of `bytes` bytes as encoders write them: pieces of 8 KiB of noise. */
export function largePng(bytes: number): Uint8Array<ArrayBuffer> {
  const [head, end] = [PIXEL.subarray(0, 33), PIXEL.subarray(-12)];
  const whole = new Uint8Array(bytes);
  const view = new DataView(whole.buffer);
  whole.set(head);
  for (let at = head.length; at < bytes - end.length;) {
    const left = bytes - end.length - at - 12;
    // The last one takes what would be too little for one more.
    const length = left < 16_384 ? left : 8192;
    view.setUint32(at, length);
    view.setUint32(at + 4, 0x49444154); // IDAT
    crypto.getRandomValues(whole.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  whole.set(end, bytes - end.length);
  return whole;
}

/** Uploads a photo as `token`, and gives its path once it is in its place. */
export async function upload(
  place: Place,
  token: string,
  name: string,
): Promise<string> {
  const { id, object } = await arrive(place, token, { name });
  const done = await complete(place, token, id);
  ok(done.ok, await done.text());
  return object.path;
}

/** Everything that an upload could leave behind. */
export async function traces({ world }: Place): Promise<unknown> {
  const [row] = await world.rows(
    `select (select count(*)::int from portico.uploads) as uploads,
            (select count(*)::int from storage.objects) as objects`,
  );
  return { row, files: await world.files() };
}

/** The token of somebody new. */
export async function newToken({ world }: Place): Promise<string> {
  return await tokenOf(await world.newPerson());
}

/** Somebody of a role of the project's own, whom no policy lets write. */
export async function newManager(world: World): Promise<Person> {
  await world.rows("create role manager nologin");
  await world.rows("grant usage on schema storage to manager");
  await world.rows("grant all on storage.objects, storage.buckets to manager");
  const manager = await world.newPerson();
  await world.service().auth.admin.updateUserById(manager.id, {
    role: "manager",
  });
  await manager.client.auth.signInWithPassword(manager);
  return manager;
}

/** What a person has of their quota of photos. */
export async function usageOf(world: World, { id }: Person): Promise<unknown> {
  const [row] = await world.rows(
    `select bytes::int, objects from portico.usage
     where owner = $1 and bucket = 'photos'`,
    [id],
  );
  return row;
}

/** A valid body of `bytes`. JSON may have as many spaces as one likes. */
export function paddedTo(bytes: number): string {
  return JSON.stringify(PHOTO).padEnd(bytes);
}
