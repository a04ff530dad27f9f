import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  answersOf,
  type Item,
  optionsOf,
  ordersOf,
  publicUrl,
  wishesOf,
} from "./plan.ts";

function item(changes: Partial<Item> = {}): Item {
  return { bucket: "photos", path: "a/b.png", expiresIn: 60, ...changes };
}

const AT = { storage: "http://s", images: "http://i" };

Deno.test("wishesOf() names once what is asked for twice", () => {
  const items = [item(), item({ download: true }), item({ expiresIn: 61 })];

  const lifetimes = wishesOf(items).map(({ expiresIn }) => expiresIn);

  deepStrictEqual(lifetimes, [60, 61]);
});

Deno.test("wishesOf() tells paths and options apart that join alike", () => {
  const items = [
    item({ transform: { width: 1 } }),
    item({ transform: { width: 1, height: 1 } }),
    item({ path: 'a/b.png",60,"width=1' }),
  ];

  strictEqual(wishesOf(items).length, 3);
});

Deno.test("optionsOf() has one order, whatever the sender's", () => {
  const sent = { quality: 20, width: 1 };
  strictEqual(optionsOf(sent), optionsOf({ width: 1, quality: 20 }));
  strictEqual(optionsOf({ width: 1, resize: undefined }), "width=1");
  strictEqual(optionsOf(), "");
});

Deno.test("ordersOf() makes a call for a bucket, a lifetime or a transform", () => {
  const items = [
    item({ path: "1" }),
    item({ path: "2", bucket: "documents" }),
    item({ path: "3" }),
    item({ path: "4", expiresIn: 61 }),
    item({ path: "5", transform: { width: 1 } }),
    item({ path: "6", transform: { width: 1 } }),
  ];

  const orders = ordersOf(wishesOf(items)).map((it) => [
    it.bucket,
    it.lifetimeS,
    it.transform?.width,
    ...it.wishes.map(({ path }) => path),
  ]);

  deepStrictEqual(orders, [
    ["photos", 120, undefined, "1", "3"],
    ["documents", 120, undefined, "2"],
    ["photos", 122, undefined, "4"],
    ["photos", 120, 1, "5"],
    ["photos", 120, 1, "6"],
  ]);
});

Deno.test("answersOf() answers in order, and twice what was asked for twice", () => {
  const items = [item({ path: "gone" }), item(), item({ download: "é" })];
  const [, { key = "" } = {}] = wishesOf(items);
  const link = { url: "/object/sign/photos/a/b.png?token=t", expires: 0 };

  const answers = answersOf(items, new Map([[key, link]]), AT);

  const common = { bucket: "photos", path: "a/b.png" };
  const expiresAt = "1970-01-01T00:00:00.000Z";
  const url = "http://s/object/sign/photos/a/b.png?token=t";
  deepStrictEqual(answers.slice(1), [
    { ...common, url, expiresAt },
    { ...common, url: `${url}&download=%C3%A9`, expiresAt },
  ]);
  deepStrictEqual(JSON.parse(JSON.stringify(answers[0])), {
    bucket: "photos",
    path: "gone",
    problem: {
      type: "urn:portico:problem:object-not-found",
      title: "Object not found",
      status: 404,
      detail: "You see no such object",
      code: "object_not_found",
    },
  });
});

const PUBLIC: [expected: string, changes: Partial<Item>][] = [
  ["object/public/photos/a/b.png", {}],
  ["object/public/photos/a%20b.png", { path: "a b.png" }],
  ["object/public/photos/a/b.png?download=", { download: true }],
  ["object/public/photos/a/b.png?download=c%20d", { download: "c d" }],
  [
    "render/image/public/photos/a/b.png?width=9&download=c",
    { download: "c", transform: { width: 9 } },
  ],
];

for (const [expected, changes] of PUBLIC) {
  Deno.test(`publicUrl() is ${expected}`, () => {
    strictEqual(publicUrl(item(changes), AT), `http://s/${expected}`);
  });
}

Deno.test("publicUrl() of an image is image-proxy's", () => {
  const image = "width=640&download=a%20b";

  strictEqual(
    publicUrl(item({ path: "a b.png", image }), AT),
    `http://i/public/photos/a%20b.png?${image}`,
  );
});

Deno.test("an image is no order for Storage, and no link that it signed", () => {
  const items = [item({ image: "width=9" }), item({ transform: { width: 9 } })];
  const wishes = wishesOf(items);

  strictEqual(wishes.length, 2);
  deepStrictEqual(ordersOf(wishes).map(({ transform }) => transform), [
    { width: 9 },
  ]);
});
