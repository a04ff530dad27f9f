/**
 * A function that counts the memory that it takes: `tests/programs/meter.ts`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Place } from "../contracts/contract.ts";
import type { Form } from "./form.ts";

const METER = new URL("../programs/meter.ts", import.meta.url);

/** The same, metered. It lives as long as what it is made of. */
export function metered({ entryPoint, args, env, ...rest }: Form): Form {
  return {
    ...rest,
    entryPoint: METER,
    args: [...args, `--allow-read=${fileURLToPath(METER)}`],
    env: { ...env, METERED: entryPoint.href },
  };
}

/** The most memory that it has taken, in bytes, as the platform counts it. */
export async function countedBytes(place: Place): Promise<number> {
  const response = await place.call("/-/memory");
  return await response.json();
}
