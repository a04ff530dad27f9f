/**
 * `/admin/oauth/clients`, through auth-js and without it.
 *
 * @module
 */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import type { CreateOAuthClientParams } from "@supabase/supabase-js";
import { codeOf, world } from "./world.ts";

const CALLBACK = "https://app.example.com/callback";

/** A registration that says no more than it has to. */
const LEAST: CreateOAuthClientParams = {
  "client_name": "",
  "redirect_uris": [CALLBACK],
};

interface Row {
  readonly hash: string | null;
  readonly deleted: boolean;
}

async function rowOf(id: string): Promise<Row | undefined> {
  const [row] = await world.rows<Row>(
    `select client_secret_hash as hash, deleted_at is not null as deleted
       from auth.oauth_clients where id = $1`,
    [id],
  );
  return row;
}

async function countClients(): Promise<number> {
  const [row] = await world.rows<{ count: number }>(
    "select count(*)::int as count from auth.oauth_clients",
  );
  return row?.count ?? 0;
}

function sha256(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** The id of a client registered for one test. */
async function registered(more: object = {}): Promise<string> {
  const { data, error } = await world.admin().oauth
    .createClient({ ...LEAST, ...more });
  equal(error, null);
  return data?.client_id ?? "";
}

/** Without auth-js, which would not send what its types forbid. */
function post(body: unknown, path = "", method = "POST"): Promise<Response> {
  return world.send(`/admin/oauth/clients${path}`, {
    method,
    key: world.keys.secret,
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
}

Deno.test("oauth.createClient() registers one whose secret is told once", async () => {
  const { oauth } = world.admin();

  const { data, error } = await oauth.createClient({
    "client_name": "Reader",
    "client_uri": "https://app.example.com",
    "redirect_uris": [CALLBACK, "myapp://callback"],
    "grant_types": ["authorization_code"],
  });
  const { data: read } = await oauth.getClient(data?.client_id ?? "");

  equal(error, null);
  const { client_secret: secret, ...rest } = data ?? {};
  match(secret ?? "", /^[\w-]{43}$/);
  deepStrictEqual(read, rest);
  const { client_id: id, created_at: created, ...said } = read ?? {};
  const { updated_at: updated, ...facts } = said;
  ok(Date.parse(created ?? "") <= Date.parse(updated ?? ""));
  deepStrictEqual(facts, {
    "client_type": "confidential",
    "redirect_uris": [CALLBACK, "myapp://callback"],
    "token_endpoint_auth_method": "client_secret_basic",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "client_name": "Reader",
    "client_uri": "https://app.example.com",
    "registration_type": "manual",
  });
  deepStrictEqual(await rowOf(id ?? ""), {
    hash: sha256(secret ?? ""),
    deleted: false,
  });
});

for (
  const [why, body] of [
    ["says that it is", { "client_type": "public" }],
    ["shows nothing", { "token_endpoint_auth_method": "none" }],
  ] as const
) {
  Deno.test(`a client that ${why} is public, and has no secret`, async () => {
    const response = await post({ ...LEAST, ...body });

    equal(response.status, 201);
    const client = await response.json();
    equal(client.client_type, "public");
    equal(client.token_endpoint_auth_method, "none");
    equal("client_secret" in client, false);
    equal("client_name" in client, false);
    deepStrictEqual(client.grant_types, [
      "authorization_code",
      "refresh_token",
    ]);
    equal((await rowOf(client.client_id))?.hash, null);
    const secret = await world.admin().oauth
      .regenerateClientSecret(client.client_id);
    deepStrictEqual(codeOf(secret.error), [400, "validation_failed"]);
    equal((await rowOf(client.client_id))?.hash, null);
  });
}

for (
  const [why, body, message] of [
    ["no redirect", { "redirect_uris": [] }, "redirect_uris is required"],
    ["eleven redirects", {
      "redirect_uris": Array(11).fill(CALLBACK),
    }, "redirect_uris cannot exceed 10 items"],
    ["a name past 1024 bytes", {
      "client_name": "x".repeat(1025),
    }, "client_name cannot exceed 1024 characters"],
    ["a page that is no URL", {
      "client_uri": "example",
    }, "client_uri must be a valid URL"],
    ["a logo past 2048 bytes", {
      "logo_uri": `/${"x".repeat(2048)}`,
    }, "logo_uri cannot exceed 2048 characters"],
    [
      "a grant that is none",
      {
        "grant_types": ["password"],
      },
      "grant_types must only contain 'authorization_code' and/or " +
      "'refresh_token'",
    ],
    ["a type that is none", {
      "client_type": "secret",
    }, "client_type must be 'public' or 'confidential'"],
    [
      "a way to show itself that is none",
      {
        "token_endpoint_auth_method": "private_key_jwt",
      },
      "token_endpoint_auth_method must be one of: [none " +
      "client_secret_basic client_secret_post]",
    ],
    [
      "a public one with a secret",
      {
        "client_type": "public",
        "token_endpoint_auth_method": "client_secret_post",
      },
      "client_type 'public' is inconsistent with " +
      "token_endpoint_auth_method 'client_secret_post' " +
      "(expected client_type 'confidential')",
    ],
  ] as const
) {
  Deno.test(`POST /admin/oauth/clients refuses ${why}`, async () => {
    const before = await countClients();

    const response = await post({ ...LEAST, ...body });

    equal(response.status, 400);
    const { error_code: code, msg } = await response.json();
    deepStrictEqual([code, msg], ["validation_failed", `400: ${message}`]);
    equal(await countClients(), before);
  });
}

for (
  const [uri, flaw] of [
    ["", "redirect URI cannot be empty"],
    ["/callback", "must have scheme and host"],
    ["https:app.example.com", "must have scheme and host"],
    ["https://", "must have scheme and host"],
    ["https://a b.example.com", "invalid URL format"],
    [
      "JavaScript://app/alert(1)",
      "scheme 'javascript' is not allowed for " +
      "security reasons",
    ],
    ["data://app/html", "scheme 'data' is not allowed for security reasons"],
    ["http://app.example.com", "HTTP scheme only allowed for localhost"],
    [`${CALLBACK}#done`, "fragment not allowed in redirect URI"],
  ] as const
) {
  Deno.test(`nobody may be sent to ${JSON.stringify(uri)}`, async () => {
    const before = await countClients();
    const id = await registered();

    const made = await post({ "redirect_uris": [CALLBACK, uri] });
    const changed = await post({ "redirect_uris": [uri] }, `/${id}`, "PUT");

    const message = `invalid redirect_uri '${uri}': ${flaw}`;
    equal((await made.json()).msg, `400: ${message}`);
    equal((await changed.json()).msg, message);
    deepStrictEqual([made.status, changed.status], [400, 400]);
    equal(await countClients(), before + 1);
    const { data } = await world.admin().oauth.getClient(id);
    deepStrictEqual(data?.redirect_uris, [CALLBACK]);
  });
}

for (
  const uri of [
    "http://localhost:3000/in",
    "http://127.0.0.1/in",
    "http://[::1]:8080",
    "myapp://callback?from=auth",
  ]
) {
  Deno.test(`people may be sent to ${uri}`, async () => {
    const response = await post({ "redirect_uris": [uri] });

    equal(response.status, 201);
    deepStrictEqual((await response.json()).redirect_uris, [uri]);
  });
}

Deno.test("oauth.updateClient() changes what is said, and nothing else", async () => {
  const { oauth } = world.admin();
  const { data: made } = await oauth
    .createClient({ ...LEAST, "client_name": "Reader", scope: "openid" });
  const id = made?.client_id ?? "";
  const before = await rowOf(id);

  const { data, error } = await oauth.updateClient(id, {
    "client_name": "Writer",
    "redirect_uris": ["https://writer.example.com"],
    "token_endpoint_auth_method": "client_secret_post",
  });

  equal(error, null);
  const { client_secret: _secret, updated_at: _then, ...rest } = made ?? {};
  const { updated_at: _now, ...changed } = data ?? {};
  deepStrictEqual(changed, {
    ...rest,
    "client_name": "Writer",
    "redirect_uris": ["https://writer.example.com"],
    "token_endpoint_auth_method": "client_secret_post",
  });
  deepStrictEqual(await rowOf(id), before);
});

for (
  const [why, body, message] of [
    ["nothing", {}, "No fields provided for update"],
    ["what is null", { "client_name": null }, "No fields provided for update"],
    ["no redirects", { "redirect_uris": [] }, "redirect_uris cannot be empty"],
    ["no grants", { "grant_types": [] }, "grant_types cannot be empty"],
    [
      "a way that is none",
      {
        "token_endpoint_auth_method": "mtls",
      },
      "invalid token_endpoint_auth_method: must be one of [none " +
      "client_secret_basic client_secret_post]",
    ],
    [
      "to make it public",
      {
        "token_endpoint_auth_method": "none",
      },
      "token_endpoint_auth_method 'none' is not valid for client_type " +
      "'confidential'; valid methods: [client_secret_basic " +
      "client_secret_post]",
    ],
  ] as const
) {
  Deno.test(`PUT /admin/oauth/clients/:id refuses ${why}`, async () => {
    const { oauth } = world.admin();
    const id = await registered();
    const before = await oauth.getClient(id);

    const response = await post(body, `/${id}`, "PUT");

    equal(response.status, 400);
    const { error_code: code, msg } = await response.json();
    deepStrictEqual([code, msg], ["validation_failed", message]);
    deepStrictEqual(await oauth.getClient(id), before);
  });
}

Deno.test("oauth.regenerateClientSecret() makes the last secret void", async () => {
  const { oauth } = world.admin();
  const id = await registered();
  const before = await rowOf(id);

  const { data, error } = await oauth.regenerateClientSecret(id);

  equal(error, null);
  const after = await rowOf(id);
  equal(after?.hash, sha256(data?.client_secret ?? ""));
  ok(after?.hash !== before?.hash);
});

Deno.test("oauth.deleteClient() keeps a row, which nobody finds", async () => {
  const { oauth } = world.admin();
  const id = await registered();

  const response = await post(undefined, `/${id}`, "DELETE");
  const again = await oauth.deleteClient(id);
  const read = await oauth.getClient(id);
  const changed = await oauth.updateClient(id, { "client_name": "Back" });
  const { data } = await oauth.listClients();

  equal(response.status, 204);
  equal(await response.text(), "");
  for (const { error } of [again, read, changed]) {
    deepStrictEqual(codeOf(error), [404, "oauth_client_not_found"]);
  }
  equal(data.clients?.some((it) => it.client_id === id) ?? false, false);
  equal((await rowOf(id))?.deleted, true);
});

Deno.test("oauth.listClients() lists them all, the newest first, without secrets", async () => {
  const { oauth } = world.admin();
  await world.rows("update auth.oauth_clients set deleted_at = now()");
  const none = await post(undefined, "", "GET");
  const older = await registered();
  const newer = await registered();

  const { data } = await oauth.listClients({ page: 2, perPage: 1 });

  deepStrictEqual(await none.json(), {});
  deepStrictEqual(data.clients.map((it) => it.client_id), [newer, older]);
  equal(JSON.stringify(data).includes('secret"'), false);
  // The server does not page them, so neither do we.
  equal("total" in data && data.total, 0);
});

Deno.test("a client is asked for by its UUID, in JSON", async () => {
  const id = await registered();

  const noUuid = await post(undefined, "/reader", "GET");
  const noJson = await world.send("/admin/oauth/clients", {
    key: world.keys.secret,
    body: "{",
  });
  const wrongType = await post({ "redirect_uris": CALLBACK }, `/${id}`, "PUT");

  equal((await noUuid.json()).msg, "invalid client_id format");
  for (const response of [noJson, wrongType]) {
    const { code, error_code: name, msg } = await response.json();
    deepStrictEqual([code, name, msg], [400, "bad_json", "Invalid JSON body"]);
  }
});

for (
  const [method, path] of [
    ["GET", ""],
    ["POST", ""],
    ["GET", "/:id"],
    ["PUT", "/:id"],
    ["DELETE", "/:id"],
    ["POST", "/:id/regenerate_secret"],
  ] as const
) {
  Deno.test(`${method} /admin/oauth/clients${path} is for the service alone`, async () => {
    const { session } = await world.signUp();
    const id = await registered();
    const before = [await rowOf(id), await countClients()];
    const body = method === "GET" ? {} : { body: JSON.stringify(LEAST) };

    for (const who of [{}, { bearer: session.access_token }]) {
      const response = await world.send(
        `/admin/oauth/clients${path.replace(":id", id)}`,
        { method, ...who, ...body },
      );

      equal(response.status, 403);
      equal((await response.json()).error_code, "not_admin");
    }
    deepStrictEqual([await rowOf(id), await countClients()], before);
  });
}
