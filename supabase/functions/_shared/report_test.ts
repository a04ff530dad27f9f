import { strictEqual } from "node:assert/strict";
import { report } from "./report.ts";
import { Journal } from "./telemetry/journal.ts";
import { testConfig } from "./testing/config.ts";
import { serve } from "./testing/server.ts";

const TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl";

Deno.test("report() sends a bug to Sentry, and nothing secret with it", async () => {
  const received = Promise.withResolvers<string>();
  await using server = serve(async (request) => {
    received.resolve(await request.text());
    return Response.json({});
  });
  const SENTRY_DSN = `http://public@127.0.0.1:${server.port}/1`;
  const config = testConfig("http://127.0.0.1:1", { SENTRY_DSN });
  const cause = new Error(`GET /x?token=canary as canary@mail.example.com`);
  const error = new Error(`Cannot use Bearer ${TOKEN}`, { cause });
  Object.assign(error, { credentials: { password: "canary" } });

  const trace = { function: "echo", requestId: "the-request" };
  const about = { config, journal: new Journal(new Headers(), config.sentry) };
  report(error, trace, about);

  const envelope = await received.promise;
  strictEqual(envelope.includes("Cannot use Bearer"), true);
  strictEqual(envelope.includes("the-request"), true);
  strictEqual(envelope.includes("GET /x?token="), true); // the cause, too
  strictEqual(envelope.includes(TOKEN), false);
  strictEqual(envelope.includes("canary"), false);
});

Deno.test("report() without a DSN loads nothing of the SDK", async () => {
  const program = `
    import { report } from "./supabase/functions/_shared/report.ts";
    import { testConfig } from "./supabase/functions/_shared/testing/config.ts";
    import { blankJournal } from "./supabase/functions/_shared/telemetry/journal.ts";
    const about = { config: testConfig("http://x"), journal: blankJournal() };
    report(new Error("x"), { function: "f", requestId: "r" }, about);
    console.log(Object.keys(globalThis).some((name) => /sentry/i.test(name)) ||
      "__SENTRY__" in globalThis);
  `;
  const root = new URL("../../../", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", program],
    cwd: root,
  }).output();

  strictEqual(new TextDecoder().decode(stdout).trim(), "false");
  strictEqual(
    new TextDecoder().decode(stderr).includes('"requestId":"r"'),
    true,
  );
});
