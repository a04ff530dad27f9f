/**
 * What `image-proxy` promises over HTTP.
 *
 * @module
 */
import {
  deepStrictEqual,
  notDeepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import { makePicture } from "../engine/pictures.ts";
import { makeFiles } from "../images/formats.ts";
import { type Clause, type Contract, isThere } from "./contract.ts";
import { COSTLY } from "./costly_pictures.ts";
import {
  ALBUM,
  hang,
  hangPrivately,
  headersOf,
  linkTo,
  pictureIn,
  SHOP,
} from "./pictures.ts";

const WEBP = { accept: "image/webp,*/*" };

/** Another picture. */
function flat(): Promise<Uint8Array> {
  return makePicture("PNG, grey", { width: 64, height: 48 });
}

/** A server in between may add to it. */
function variesBy({ headers }: Response): string[] {
  return headers.get("vary")?.split(", ") ?? [];
}

/** Of a picture, by its own header. */
function sizeOf(bytes: Uint8Array): unknown {
  const header = readHeader(bytes);
  return typeof header === "string" ? header : header.size;
}

const clauses: Clause[] = [
  isThere("image-proxy", ["database", "storage"]),
  {
    name: "image-proxy makes a public picture as large as is asked for",
    async run(place) {
      await hang(place.world, "dir/my photo.png");

      const response = await place.call(
        `/public/${SHOP}/dir/my%20photo.png?width=128`,
        { headers: WEBP },
      );

      const bytes = await pictureIn(response, "image/webp");
      deepStrictEqual(sizeOf(bytes), { width: 128, height: 96 });
      const { headers } = response;
      strictEqual(headers.get("cache-control"), "public, max-age=600");
      ok(variesBy(response).includes("Accept"));
    },
  },
  {
    name: "image-proxy says that nothing has changed",
    async run(place) {
      await hang(place.world, "a.png");
      const url = `/public/${SHOP}/a.png?preset=avatar`;
      const first = await place.call(url);
      await first.body?.cancel();
      const etag = first.headers.get("etag") ?? "";

      const headers = { "if-none-match": etag };
      const second = await place.call(url, { headers });

      strictEqual(second.status, 304);
      strictEqual(second.headers.get("etag"), etag);
    },
  },
  {
    name: "image-proxy makes another picture once an object is another one",
    async run(place) {
      await hang(place.world, "b.png");
      const url = `/public/${SHOP}/b.png?width=32&format=png`;
      const before = await place.call(url);
      const small = await pictureIn(before, "image/png");
      const etag = before.headers.get("etag") ?? "";

      await hang(place.world, "b.png", await flat());
      const headers = { "if-none-match": etag };
      const after = await place.call(url, { headers });

      notDeepStrictEqual(await pictureIn(after, "image/png"), small);
      notStrictEqual(after.headers.get("etag"), etag);
    },
  },
  {
    name: "image-proxy does not make every size for everybody",
    async run(place) {
      await hang(place.world, "a.png");

      const response = await place.call(`/public/${SHOP}/a.png?width=127`);

      const title = "Image size not offered";
      await assertProblem(response, { status: 422, title });
    },
  },
  {
    name: "image-proxy shows a private picture to whom policies show it",
    async run(place) {
      const { world } = place;
      const { path, headers } = await hangPrivately(world);
      const url = `/authenticated/${ALBUM}/${path}?width=127&format=jpeg`;
      const stranger = await headersOf(await world.newPerson());

      const response = await place.call(url, { headers });
      const bytes = await pictureIn(response, "image/jpeg");
      const hidden = await place.call(url, { headers: stranger });
      const none = await place.call(url.replace("me.png", "no.png"), {
        headers: stranger,
      });
      const nobody = await place.call(url);
      const open = await place.call(
        url.replace("authenticated", "public").replace("127", "128"),
      );

      deepStrictEqual(sizeOf(bytes), { width: 127, height: 95 });
      const control = response.headers.get("cache-control") ?? "";
      ok(control.startsWith("private, "), control);
      ok(variesBy(response).includes("Authorization"));
      const title = "Object not found";
      const detail = "You see no such object";
      // Another's picture answers like one that is not there.
      for (const it of [hidden, none, open]) {
        await assertProblem(it, { status: 404, title, detail });
      }
      await assertProblem(nobody, { status: 401, title: "Unauthenticated" });
    },
  },
  {
    name: "image-proxy takes no token that is none",
    async run(place) {
      const { path, headers } = await hangPrivately(place.world);
      const url = `/authenticated/${ALBUM}/${path}?width=64`;
      const token = headers["authorization"] ?? "";
      const wrong = [
        `${token.slice(0, -8)}AAAAAAAA`,
        "Bearer a.b.c",
        `Bearer ${place.world.stack.keys.publishable}`,
        `Basic ${btoa("a:b")}`,
      ];

      for (const authorization of wrong) {
        const response = await place.call(url, { headers: { authorization } });
        await assertProblem(response, {
          status: 401,
          title: "Unauthenticated",
        });
      }
    },
  },
  {
    name: "image-proxy shows what a link is to, and nothing else",
    async run(place) {
      const { path } = await hangPrivately(place.world);
      const options = "width=111&height=50&resize=fill&format=webp";
      const url = await linkTo(place, ALBUM, path, options);

      const response = await place.call(url);
      const bytes = await pictureIn(response, "image/webp");
      const other = await place.call(url.replace("me.png", "no.png"));
      const wider = await place.call(`${url}&width=640`);
      const cut = await place.call(url.slice(0, -3));

      deepStrictEqual(sizeOf(bytes), { width: 111, height: 50 });
      const control = response.headers.get("cache-control") ?? "";
      ok(/^private, max-age=[1-6]?\d$/.test(control), control);
      for (const it of [other, cut]) {
        await assertProblem(it, { status: 403, title: "Link not valid" });
      }
      await assertProblem(wider, { status: 422, title: "Invalid input" });
    },
  },
  {
    name: "image-proxy reads every format, and writes it",
    async run(place) {
      const files = Object.entries(await makeFiles());
      for (const [format, file] of files) {
        await hang(place.world, `all.${format}`, file);
      }
      const asked = [
        ...files.map(([format]) => [format, "webp"]),
        ...["gif", "bmp", "tiff", "avif"].map((it) => ["svg", it]),
      ];
      for (const [from, to] of asked) {
        const options = `width=32&format=${to}`;
        const url = await linkTo(place, SHOP, `all.${from}`, options);

        const response = await place.call(url);

        const bytes = await pictureIn(response, `image/${to}`);
        deepStrictEqual(sizeOf(bytes), { width: 32, height: 24 }, from);
      }
      const file = new URL("../files/heic/420.heic", import.meta.url);
      await hang(place.world, "all.heic", await Deno.readFile(file));
      const url = await linkTo(place, SHOP, "all.heic", "width=32&format=webp");
      await pictureIn(await place.call(url), "image/webp");
    },
  },
  {
    name: "image-proxy reads nothing but pictures",
    async run(place) {
      const text = new TextEncoder().encode("<svg><script>1</script></svg>");
      await hang(place.world, "a.svg.png", text);

      const response = await place.call(`/public/${SHOP}/a.svg.png?width=64`);

      const title = "Image format not supported";
      await assertProblem(response, { status: 415, title });
    },
  },
];

export const contract: Contract = { clauses, costly: COSTLY };
