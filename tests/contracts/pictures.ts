/**
 * How tests ask `image-proxy`, and what they ask it for.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { imageLinks } from "../../supabase/functions/_shared/image_link.ts";
import { makePicture } from "../engine/pictures.ts";
import { tokenOf, type World } from "../world.ts";
import type { Place } from "./contract.ts";

/** A bucket that is everybody's. */
export const SHOP = "shop";

/** 640 × 480. */
export const PHOTO = await makePicture("PNG, truecolour", {
  ...{ width: 640, height: 480 },
});

/** Puts a picture into the public bucket, which is made if it is not there. */
export async function hang(
  { service }: World,
  path: string,
  bytes: Uint8Array = PHOTO,
): Promise<void> {
  const { storage } = service();
  await storage.createBucket(SHOP, { public: true });
  const body = new Blob([Uint8Array.from(bytes)], { type: "image/png" });
  const options = { upsert: true, cacheControl: "600" };
  const { error } = await storage.from(SHOP).upload(path, body, options);
  if (error) throw error;
}

/** A bucket whose objects are for whoever has the folder. */
export const ALBUM = "album";

const POLICY = `do $$ begin
  create policy "people see their own folder" on storage.objects
    for select to authenticated using (
      bucket_id = '${ALBUM}'
      and (storage.foldername(name))[1] = (select auth.uid())::text
    );
exception when duplicate_object then null;
end $$`;

/** A photo in the folder of somebody who has just signed up. */
export async function hangPrivately(world: World): Promise<{
  readonly path: string;
  readonly headers: Record<string, string>;
}> {
  const person = await world.newPerson();
  const path = `${person.id}/me.png`;
  const body = new Blob([Uint8Array.from(PHOTO)], { type: "image/png" });
  const { storage } = world.service();
  await storage.createBucket(ALBUM, { public: false });
  await world.rows(POLICY);
  const { error } = await storage.from(ALBUM).upload(path, body);
  if (error) throw error;
  return { path, headers: await headersOf(person) };
}

/** With the token of `person`. */
export async function headersOf(
  person: Parameters<typeof tokenOf>[0],
): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await tokenOf(person)}` };
}

/** The path of a link that lives for a minute. */
export async function linkTo(
  { world }: Place,
  bucket: string,
  path: string,
  options: string,
): Promise<string> {
  const [id = "", secret = ""] = world.stack.keys.linkKey.split(":");
  const expires = Math.floor(Date.now() / 1000) + 60;
  const links = imageLinks([{ id, secret }]);
  const token = await links.sign({ bucket, path }, options, expires);
  return `/sign/${bucket}/${path}?token=${token}`;
}

/** The bytes of an answer, which must be a picture of this type. */
export async function pictureIn(
  response: Response,
  type: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = response.ok ? "" : new TextDecoder().decode(bytes);
  strictEqual(response.status, 200, text);
  strictEqual(response.headers.get("content-type"), type);
  return bytes;
}
