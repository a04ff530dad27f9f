import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { imageLinks } from "../_shared/image_link.ts";
import { signImages } from "./images.ts";
import type { Sight } from "./plan.ts";

const KEYS = [{ id: "k1", secret: "A".repeat(43) }];
const SIGHT: Sight = {
  key: "k",
  bucket: "photos",
  path: "u1/my photo.png",
  expiresIn: 60,
  transform: undefined,
  options: "image?width=640",
  image: "width=640",
  version: "1",
};

Deno.test("signImages() gives links that open, to images alone", async () => {
  const now = Date.now();
  const links = imageLinks(KEYS, () => now);
  const other = { ...SIGHT, image: undefined };

  const signed = await signImages([other, SIGHT], links, now);

  strictEqual(signed.length, 1);
  const { url = "", expires = 0 } = signed[0]?.link ?? {};
  const [path, token = ""] = url.split("?token=");
  strictEqual(path, "/sign/photos/u1/my%20photo.png");
  const opened = await links.open(SIGHT, token);
  deepStrictEqual({ ...opened.options }, { width: 640 });
  strictEqual(opened.expires, expires);
  const lifetimeS = expires - now / 1000;
  strictEqual(lifetimeS > 60 && lifetimeS <= 120, true, `${lifetimeS}`);
});

Deno.test("signImages() gives the same links within a window", async () => {
  const links = imageLinks(KEYS);
  const at = async (now: number) =>
    (await signImages([SIGHT], links, now))[0]?.link.url;

  strictEqual(await at(120_000), await at(179_999));
  strictEqual(await at(120_000) === await at(180_000), false);
});

Deno.test("signImages() signs nothing without a key", async () => {
  const title = "Image links not configured";
  await rejects(signImages([SIGHT], imageLinks([])), { title, status: 501 });
});
