/**
 * `metrics` as Debian's Prometheus sees it: checked by its promtool, scraped by a
 * real one, and asked back.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startEdited } from "../edited.ts";
import { until } from "../until.ts";
import type { World } from "../world.ts";
import { serviceTest } from "./service.ts";

const TOKEN = "a-token-for-nothing-but-metrics";

const GRAFANA = fileURLToPath(new URL("../../docs/grafana/", import.meta.url));

/** What promtool says, of what it reads or of files. */
async function promtool(args: string[], input = ""): Promise<string> {
  const child = new Deno.Command("promtool", {
    args,
    cwd: GRAFANA,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const said = decoder.decode(stdout) + decoder.decode(stderr);
  strictEqual(code, 0, said);
  return said;
}

/** A stack that counts, on which somebody has asked four times for nothing. */
async function startCounting(): Promise<World> {
  const world = await startEdited({}, {
    "functions/.env": `PORTICO_METRICS_TOKEN=${TOKEN}\n`,
  });
  for (let n = 0; n < 4; n++) {
    const url = `${world.stack.url}/functions/v1/signed-download`;
    const response = await fetch(url, { method: "POST" });
    await response.body?.cancel();
  }
  await until(async () => (await scrape(world)).includes('status="401"'));
  return world;
}

async function scrape({ stack }: World): Promise<string> {
  const response = await fetch(`${stack.url}/functions/v1/metrics`, {
    headers: { authorization: `Basic ${btoa(`metrics:${TOKEN}`)}` },
  });
  return await response.text();
}

/** A Prometheus that scrapes `world` every second, in a folder of its own. */
async function startPrometheus({ stack }: World) {
  const folder = await Deno.makeTempDir({ prefix: "portico-prometheus-" });
  const { host } = new URL(stack.url);
  await Deno.writeTextFile(`${folder}/token`, TOKEN);
  await Deno.writeTextFile(
    `${folder}/prometheus.yml`,
    `scrape_configs:
  - job_name: portico
    metrics_path: /functions/v1/metrics
    scrape_interval: 1s
    basic_auth: { username: metrics, password_file: token }
    static_configs: [{ targets: ["${host}"] }]
`,
  );
  const child = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      "--web.listen-address=127.0.0.1:0",
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { promise: ready, resolve } = Promise.withResolvers<string>();
  const reading = (async () => {
    let said = "";
    const texts = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of texts) {
      said += text;
      const [, address] = said.match(/address=(127\.0\.0\.1:[1-9]\d*)/) ?? [];
      if (said.includes("Server is ready")) resolve(`http://${address}`);
    }
  })();
  const url = await ready;
  return {
    /** The values of `query` now, by their labels. */
    async ask(query: string): Promise<[Record<string, string>, string][]> {
      const asked = `${url}/api/v1/query?query=${encodeURIComponent(query)}`;
      const { data } = await (await fetch(asked)).json();
      return data.result.map((
        { metric, value: [, value] }: {
          readonly metric: Record<string, string>;
          readonly value: [number, string];
        },
      ) => [metric, value]);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await reading;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

serviceTest(
  "promtool takes rules, their tests and the example of a scrape",
  async () => {
    match(await promtool(["check", "rules", "alerts.yml"]), /SUCCESS/);
    match(await promtool(["test", "rules", "alerts_test.yml"]), /SUCCESS/);
    // Its files of secrets are for whoever has them.
    const folder = await Deno.makeTempDir({ prefix: "portico-promtool-" });
    for (const name of ["prometheus.yml", "alerts.yml"]) {
      await Deno.copyFile(GRAFANA + name, `${folder}/${name}`);
    }
    for (const name of ["portico_metrics_token", "supabase_secret_key"]) {
      await Deno.writeTextFile(`${folder}/${name}`, TOKEN);
    }
    const config = `${folder}/prometheus.yml`;
    match(await promtool(["check", "config", config]), /SUCCESS/);
    await Deno.remove(folder, { recursive: true });
  },
);

serviceTest(
  "a real Prometheus reads what was done, in names that promtool takes",
  async () => {
    await using world = await startCounting();

    strictEqual(await promtool(["check", "metrics"], await scrape(world)), "");

    await using prometheus = await startPrometheus(world);
    const query =
      'portico_http_requests_total{function="signed-download",status="401"}';
    const [[labels, value] = [{}, ""]] = await until(async () => {
      const found = await prometheus.ask(query);
      return found.length > 0 && found;
    });
    const { __name__: _, instance: _instance, ...own } = labels;
    strictEqual(value, "4");
    deepStrictEqual(own, {
      ...{ function: "signed-download", job: "portico", method: "POST" },
      ...{ region: "local", status: "401" },
    });
    const [[, up] = []] = await prometheus.ask('up{job="portico"}');
    strictEqual(up, "1");
    const [[, p95] = []] = await prometheus.ask(
      "histogram_quantile(0.95, sum by (le) " +
        '(portico_http_request_duration_seconds_bucket{function="signed-download"}))',
    );
    match(String(p95), /^\d+(\.\d+)?$/);
  },
);
