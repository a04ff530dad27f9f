/**
 * From an action to its answer.
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import { answerJson } from "../_shared/json_answer.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import type { Call } from "../_shared/route.ts";
import type { Actor } from "./actor.ts";
import { openBulk } from "./bulk.ts";
import { change, type Changed, type Means } from "./change.ts";
import {
  changeClient,
  isClientChange,
  isClientLook,
  lookAtClients,
} from "./client_acts.ts";
import type { Clients } from "./clients.ts";
import type { Directory } from "./directory.ts";
import { exportPeople } from "./export.ts";
import type { Input } from "./input.ts";
import type { Jobs } from "./jobs.ts";
import type { Ledger } from "./ledger.ts";
import { isLook, look } from "./look.ts";
import { BULK, LIMIT } from "./policy.ts";

/** The outside world of an action. */
export interface Ports extends Means {
  readonly directory: Directory;
  readonly clients: Clients;
  readonly jobs: Jobs;
  readonly ledger: Ledger;
}

export async function administer(
  { input, ...call }: Call<Actor, Input>,
  ports: Ports,
): Promise<Response> {
  const { caller } = call;
  if (isLook(input)) return answer(await look(caller, input, ports));
  if (isClientLook(input)) {
    return answer(await lookAtClients(caller, input, ports));
  }
  if (isClientChange(input)) {
    return answerTo(await changeClient({ ...call, input }, ports));
  }
  switch (input.action) {
    case "export": {
      const file = await exportPeople({ ...call, input }, ports);
      return new Response(file, { headers: { ...UNCACHED, ...CSV } });
    }
    case "bulk": {
      const { job, left } = await openBulk({ ...call, input }, ports.jobs);
      const headers = rateLimitHeaders(BULK.jobs, left);
      return answer({ job }, STATUS_CODE.Accepted, headers);
    }
    default:
      return answerTo(await change({ ...call, input }, ports));
  }
}

/** Answers hold addresses, and links that sign in. */
const UNCACHED = { "cache-control": "no-store" };

const CSV = {
  "content-type": "text/csv; charset=utf-8; header=present",
  "content-disposition": 'attachment; filename="users.csv"',
};

function answerTo({ body, isNew, left }: Changed): Response {
  const status = isNew ? STATUS_CODE.Created : 200;
  return answer(body, status, rateLimitHeaders(LIMIT, left));
}

function answer(
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return answerJson(body, { status, headers: { ...UNCACHED, ...headers } });
}
