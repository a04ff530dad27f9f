import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { matchRoute } from "./match.ts";

const ROUTES = {
  "GET /files/{bucket}/{path...}": "file",
  "GET /files/{id}": "one",
  "POST /": "root",
} as const;

const CASES: [path: string, route: string, params: object][] = [
  ["/files/a/b.png", "file", { bucket: "a", path: "b.png" }],
  ["/files/a/b/c/d.png", "file", { bucket: "a", path: "b/c/d.png" }],
  ["/files/a/b%2Fc//d", "file", { bucket: "a", path: "b%2Fc//d" }],
  ["/files/a", "one", { id: "a" }],
];

for (const [path, route, params] of CASES) {
  Deno.test(`matchRoute() takes ${path} to "${route}"`, () => {
    const { template: _, ...found } = matchRoute(ROUTES, "GET", path);

    deepStrictEqual(found, { route, params });
  });
}

for (const path of ["/files", "/files/", "/files/a/", "/file/a/b", "/"]) {
  Deno.test(`matchRoute() takes GET ${path} nowhere`, () => {
    throws(() => matchRoute(ROUTES, "GET", path), { name: "Problem" });
  });
}

Deno.test("matchRoute() takes HEAD where GET goes", () => {
  strictEqual(matchRoute(ROUTES, "HEAD", "/files/a").route, "one");
  throws(() => matchRoute(ROUTES, "HEAD", "/"), /Cannot HEAD/);
});

Deno.test("matchRoute() says which pattern it was, without what is of one path", () => {
  const { template } = matchRoute(ROUTES, "GET", "/files/a/b.png");

  strictEqual(template, "/files/{bucket}/{path...}");
});
