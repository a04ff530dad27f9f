/**
 * A provider as it is on a bad day.
 *
 * @module
 */
import {
  breakOff,
  type Call,
  errorAnswer,
  type Fault,
  limited,
  poisonedBy,
  slow,
} from "../../supabase/functions/_shared/testing/embed_server.ts";
import { POISON } from "./books.ts";
import type { Dice } from "./random.ts";

/** One of ten calls goes wrong, by chance, and each that has poison in it. */
export function badDay(chance: Dice): Fault {
  const refuses = poisonedBy(POISON);
  const faults: readonly Fault[] = [
    () => limited(1),
    () => errorAnswer(500),
    async (call) => await refuses(call) ?? slow(800)(call),
    wrongDimensions,
    breakOff,
  ];
  return (call) =>
    chance.below(10) === 0
      ? faults[chance.below(faults.length)]?.(call)
      : refuses(call);
}

function wrongDimensions({ answer }: Call): Response {
  return answer({ vectors: (right) => right.map((it) => it.slice(1)) });
}
