/**
 * Who makes a picture: this function, somebody else, or somebody else what this
 * function cannot.
 *
 * @module
 */
import type { Place } from "../_shared/place.ts";
import { Problem, problem } from "../_shared/problem.ts";
import type { Made } from "./codec.ts";
import type { Delegate } from "./delegate.ts";
import { type Errand, errandFor, lackOf } from "./errand.ts";
import type { Header } from "./header/header.ts";
import type { DelegateName, Engine } from "./policy.ts";
import { headerOf, type Order, render } from "./render.ts";
import type { Source } from "./sources.ts";

const notPossible = problem(422, "Image not possible");

/** Left to somebody else. It holds nothing of the file. */
export interface Left {
  readonly to: DelegateName;
  readonly source: Header["format"];
  readonly errand: Errand;
  /** What to say if they will not make it either. */
  readonly refusal: Problem;
}

/** What is to be made, of what. */
export interface Job extends Order {
  readonly place: Place;
}

/**
 * Makes of `source` what `job` says, or leaves it to who `engine` says. Only what
 * is a picture by its header is left to anybody.
 *
 * @throws {Problem} "Image format not supported", "Image not readable"; "Image too
 * costly" if there is nobody to leave it to, or nobody who can; "Image not
 * possible" if whoever makes all pictures cannot make this.
 */
export async function begin(
  { bytes, etag }: Pick<Source, "bytes" | "etag">,
  job: Job,
  engine: Engine,
): Promise<Made | Left> {
  const header = headerOf(bytes);
  const { own, to } = rolesIn(engine);
  const made = own ? await render(bytes, header, job) : undefined;
  if (made !== undefined && !(made instanceof Problem)) return made;
  const errand = errandFor({ place: job.place, etag, header }, job);
  const lack = to && lackOf(to, errand);
  const refusal = made ??
    notPossible(lack ?? `Not made by ${to}`, { engine: to });
  if (to === undefined || lack !== undefined) throw refusal;
  return { to, source: header.format, errand, refusal };
}

/**
 * Has made what was `left`.
 *
 * @throws {Problem} As the delegate does, and "Image too costly" or "Image not
 * possible" if it will not make this.
 */
export async function finish(
  { to, source, errand, refusal }: Left,
  open: (name: DelegateName) => Delegate,
): Promise<Made> {
  const made = await open(to).make(errand);
  if (made === undefined) throw refusal;
  return { ...made, origin: { source, by: to } };
}

/** Whether this function makes pictures, and who makes the others. */
function rolesIn(
  engine: Engine,
): { readonly own: boolean; readonly to: DelegateName | undefined } {
  switch (engine.kind) {
    case "wasm":
      return { own: true, to: undefined };
    case "auto":
      return { own: true, to: engine.delegate };
    default:
      return { own: false, to: engine.kind };
  }
}
