import {
  deepStrictEqual,
  match,
  notStrictEqual,
  strictEqual,
} from "node:assert/strict";
import { traceContextOf } from "./trace_context.ts";

const TRACE = "771a43a4192642f0b136d5159a501700";
const SPAN = "7c51afd529da4a2a";

/** Source: W3C Trace Context, "Examples". */
const W3C_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const W3C_SPAN = "00f067aa0ba902b7";

const CONTINUED: [
  why: string,
  headers: Record<string, string>,
  expected: Record<string, unknown>,
][] = [
  ["a sampled trace", { "sentry-trace": `${TRACE}-${SPAN}-1` }, {
    isSampled: true,
    facts: {},
  }],
  ["one that is not sampled", { "sentry-trace": `${TRACE}-${SPAN}-0` }, {
    isSampled: false,
    facts: {},
  }],
  ["one that is left to us", { "sentry-trace": `${TRACE}-${SPAN}` }, {
    facts: {},
  }],
  ["upper case", { "sentry-trace": `${TRACE.toUpperCase()}-${SPAN}-1` }, {
    isSampled: true,
    facts: {},
  }],
  [
    "what its sender says of the trace, and nothing of others",
    {
      "sentry-trace": `${TRACE}-${SPAN}-1`,
      baggage: "other=1, sentry-public_key=abc;p=1,sentry-release=a%20b,=,x",
    },
    { isSampled: true, facts: { public_key: "abc", release: "a b" } },
  ],
  [
    "a baggage that cannot be decoded",
    { "sentry-trace": `${TRACE}-${SPAN}-1`, baggage: "sentry-release=%zz" },
    { isSampled: true, facts: { release: "%zz" } },
  ],
];

for (const [why, headers, expected] of CONTINUED) {
  Deno.test(`traceContextOf() continues ${why}`, () => {
    const { spanId, ...found } = traceContextOf(new Headers(headers));

    match(spanId, /^[0-9a-f]{16}$/);
    notStrictEqual(spanId, SPAN);
    deepStrictEqual(found, {
      ...{ traceId: TRACE, parentSpanId: SPAN },
      ...expected,
    });
  });
}

Deno.test("traceContextOf() continues W3C's, whose sampling is not Sentry's", () => {
  for (const [version, rest] of [["00", ""], ["cc", "-what-is-new"]]) {
    const traceparent = `${version}-${W3C_TRACE}-${W3C_SPAN}-00${rest}`;
    const { spanId: _, ...found } = traceContextOf(
      new Headers({ traceparent }),
    );

    deepStrictEqual(found, { traceId: W3C_TRACE, parentSpanId: W3C_SPAN });
  }
});

const IGNORED: [why: string, headers: Record<string, string>][] = [
  ["nothing", {}],
  ["a short id", { "sentry-trace": `${TRACE.slice(1)}-${SPAN}-1` }],
  ["another language", { "sentry-trace": `${TRACE}-${SPAN}-yes` }],
  ["a line of a log", { "sentry-trace": `${TRACE}-${SPAN}-1 evil=1` }],
  ["a trace of zeros", { traceparent: `00-${"0".repeat(32)}-${W3C_SPAN}-01` }],
  ["a span of zeros", { traceparent: `00-${W3C_TRACE}-${"0".repeat(16)}-01` }],
  ["version ff", { traceparent: `ff-${W3C_TRACE}-${W3C_SPAN}-01` }],
  ["upper case of W3C", {
    traceparent: `00-${W3C_TRACE.toUpperCase()}-${W3C_SPAN}-01`,
  }],
];

for (const [why, headers] of IGNORED) {
  Deno.test(`traceContextOf() begins a trace for ${why}`, () => {
    const one = traceContextOf(new Headers(headers));
    const other = traceContextOf(new Headers(headers));

    match(one.traceId, /^[0-9a-f]{32}$/);
    notStrictEqual(one.traceId, other.traceId);
    strictEqual(one.parentSpanId, undefined);
    strictEqual(one.isSampled, undefined);
  });
}
