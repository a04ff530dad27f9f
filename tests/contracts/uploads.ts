/**
 * How tests ask `signed-upload`, and what an upload leaves behind.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { tokenOf } from "../world.ts";
import type { Place } from "./contract.ts";

/** What is asked for, unless a test is about something else. */
export const PHOTO = {
  bucket: "photos",
  name: "me.png",
  type: "image/png",
  bytes: 1000,
};

/** What the route reads of a body, in bytes. */
export const BODY_BYTES = 4096;

/** Asks for a ticket. A text is sent as it is. */
export function ask(
  place: Place,
  token: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return place.call("", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...headers,
    },
  });
}

/** Uploads a photo of one byte as `token`, with a ticket, and gives its path. */
export async function upload(
  place: Place,
  token: string,
  name: string,
): Promise<string> {
  const response = await ask(place, token, { ...PHOTO, name, bytes: 1 });
  const { path, url, method, headers } = await response.json();
  const put = await fetch(url, { method, headers, body: "x" });
  ok(put.ok, await put.text());
  return path;
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

/** A valid body of `bytes`. JSON may have as many spaces as one likes. */
export function paddedTo(bytes: number): string {
  return JSON.stringify(PHOTO).padEnd(bytes);
}
