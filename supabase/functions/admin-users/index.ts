/**
 * User administration that can be left in production: who may do what to whom is
 * a table, and all that is done is written down before and after.
 *
 *     POST /admin-users  { action, ... }  →  200, or 201 for somebody new
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import { asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { type Accounts, supabaseAccounts } from "./accounts.ts";
import { actor } from "./actor.ts";
import { change } from "./change.ts";
import {
  changeClient,
  isClientChange,
  isClientLook,
  lookAtClients,
} from "./client_acts.ts";
import { type Clients, supabaseClients } from "./clients.ts";
import { type Directory, supabaseDirectory } from "./directory.ts";
import { exportPeople } from "./export.ts";
import { input } from "./input.ts";
import { type Ledger, supabaseLedger } from "./ledger.ts";
import { isLook, look } from "./look.ts";
import { LIMIT } from "./policy.ts";

/** The outside world of this function. */
export interface Ports {
  readonly directory: Directory;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly ledger: Ledger;
}

/** Answers hold addresses, and links that sign in. */
const UNCACHED = { "cache-control": "no-store" };

const CSV = {
  "content-type": "text/csv; charset=utf-8; header=present",
  "content-disposition": 'attachment; filename="users.csv"',
};

export default endpoint<Ports>({
  name: "admin-users",
  onlyListedOrigins: true,
  ports(scope: Scope) {
    // As the service: nobody else may see or change accounts that are not theirs.
    const service = asService(scope);
    return {
      directory: supabaseDirectory(service),
      accounts: supabaseAccounts(service),
      clients: supabaseClients(service),
      ledger: supabaseLedger(service),
    };
  },
  routes: {
    "POST /": route({
      auth: actor,
      input,
      limits: { bodyBytes: 64 * KiB, timeoutMs: seconds(15) },

      async handle({ input, ...call }, ports) {
        if (isLook(input) || isClientLook(input)) {
          const seen = isLook(input)
            ? await look(call.caller, input, ports)
            : await lookAtClients(call.caller, input, ports);
          return Response.json(seen, { headers: UNCACHED });
        }
        if (input.action === "export") {
          const file = await exportPeople({ ...call, input }, ports);
          return new Response(file, { headers: { ...UNCACHED, ...CSV } });
        }
        const { body, isNew, left } = isClientChange(input)
          ? await changeClient({ ...call, input }, ports)
          : await change({ ...call, input }, ports);
        return Response.json(body, {
          ...isNew && { status: STATUS_CODE.Created },
          headers: { ...UNCACHED, ...rateLimitHeaders(LIMIT, left) },
        });
      },
    }),
  },
});
