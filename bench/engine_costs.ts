/**
 * Is what a picture is charged an upper bound of its CPU time? Each is made once
 * by a fresh process under Deno 2.1.4, whose time for nothing is taken off; the
 * median of three. Charges are counted past the limit, so that all are compared.
 *
 *     deno task bench engine_costs
 *
 * @module
 */
import type { Format } from "../supabase/functions/image-proxy/engine/instance.ts";
import type { Options } from "../supabase/functions/image-proxy/engine/transform.ts";
import { hostedDeno, TRUST } from "../tests/deployed/hosted_deno.ts";
import { cpuMs } from "../tests/processes.ts";
import { median, table } from "../tools/report.ts";
import type { Cost } from "./engine/cost.ts";
import { makePhotos } from "./engine/photos.ts";
import { makeWorst } from "./engine/worst.ts";

const ROUNDS = 3;

const FOLDER = new URL("../.local/engine/", import.meta.url);
const PHOTOS = new URL("photos/", FOLDER);
const WORST = new URL("worst/", FOLDER);
const PROGRAM = new URL("engine/cost.ts", import.meta.url);

interface Measured {
  readonly cpuMs: number;
  readonly cost: Cost | undefined;
}

async function measure(file: URL, options?: Options): Promise<Measured> {
  const given = options === undefined ? [] : [JSON.stringify(options)];
  const child = new Deno.Command(await hostedDeno(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-config", "--no-lock"],
      ...["--no-npm", `--allow-read=${FOLDER.pathname}`],
      ...[PROGRAM.href, file.pathname, ...given],
    ],
    env: TRUST,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await said.read();
  const measured = await cpuMs(child.pid);
  await child.stdin.close();
  await child.status;
  await said.cancel();
  return { cpuMs: measured, cost: JSON.parse(value) ?? undefined };
}

const WEBP = { width: 800, format: "webp" } as const;
const SMALL = { width: 16, format: "png" } as const;
const WHOLE = { width: 2_500, format: "pixels" } as const;

function encoded(name: string, format: Format): readonly [URL, Options] {
  return [new URL(name, WORST), { format, quality: 90 }];
}

/** Photographs, of which each must be taken, and what is made to be slow. */
const CASES: readonly (readonly [URL, Options])[] = [
  ...["12mp.jpg", "24mp.jpg", "50mp.jpg", "12mp_progressive.jpg", "12mp.webp"]
    .map((name) => [new URL(name, PHOTOS), WEBP] as const),
  [new URL("8mp.png", PHOTOS), WEBP],
  [new URL("dot.png", WORST), SMALL],
  ...[
    "noise_444.jpg",
    "noise_420.jpg",
    "noise_grey.jpg",
    "noise_cmyk.jpg",
    "noise_progressive.jpg",
    "scans.jpg",
    "noise.png",
    "noise_16.png",
    "noise_interlaced.png",
    "one_bit.png",
    "chunks.png",
    "blocks.png",
    "noise.webp",
    "noise_alpha.webp",
    "noise_lossless.webp",
  ].flatMap((name) => {
    const file = new URL(name, WORST);
    return [[file, SMALL], [file, WHOLE]] as const;
  }),
  ...["opaque", "clear", "two", "four"].flatMap((values) => [
    encoded(`${values}_1000.png`, "png"),
    encoded(`${values}_1000.png`, "jpeg"),
    encoded(`${values}_1095.png`, "webp"),
    encoded(`${values}_1580.png`, "webp"),
    encoded(`${values}_2500.png`, "webp"),
    encoded(`${values}_2500.png`, "jpeg"),
  ]),
  [new URL("dot.png", WORST), {
    width: 2_500,
    height: 2_500,
    format: "pixels",
  }],
];

await makePhotos(PHOTOS);
await makeWorst(WORST);

const [only = ""] = Deno.args;
const nothing: number[] = [];
for (let round = 0; round < 5; round++) {
  nothing.push((await measure(new URL("dot.png", WORST))).cpuMs);
}
const rows: string[][] = [];
for (const [file, options] of CASES) {
  const name = file.pathname.split("/").at(-1) ?? "";
  if (!name.includes(only)) continue;
  const times: number[] = [];
  let cost: Cost | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const measured = await measure(file, options);
    times.push(measured.cpuMs - median(nothing));
    cost = measured.cost;
  }
  const charged = (cost?.charged ?? 0) / 1e6;
  const { width, height, format } = options;
  rows.push([
    ...[name, [width, height].filter(Boolean).join(" × "), format],
    ...[charged, median(times)].map((it) => it.toFixed(0)),
    (charged / median(times)).toFixed(2),
    cost?.failure ?? "",
  ]);
}
table(
  [
    ...["source", "to", "format", "charged, ms", "CPU, ms", "charged ÷ CPU"],
    "failure",
  ],
  rows,
);
