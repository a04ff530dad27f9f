/**
 * A request for a picture, understood, and what is needed to answer it.
 *
 * @module
 */
import type { ImageOptions } from "../_shared/image_options.ts";
import { objectNotFound, type Place } from "../_shared/place.ts";
import type { Scratch } from "../_shared/scratch.ts";
import type { Access } from "./caching.ts";
import type { Made } from "./codec.ts";
import type { Delegate } from "./delegate.ts";
import type { Flights } from "./flights.ts";
import type { Gate } from "./gate.ts";
import type { DelegateName, Engine } from "./policy.ts";
import type { Order } from "./render.ts";
import type { Shelf } from "./shelf.ts";
import type { About, Sources } from "./sources.ts";

/** What is asked for, and by what right. */
export interface Asked {
  readonly place: Place;
  readonly options: ImageOptions;
  readonly access: Access;
}

/** The same, understood. */
export interface Request extends Asked, Order {
  /** What Storage says of the object, asked once; `undefined`: ask for it all. */
  about(): Promise<About | undefined>;
}

/** A picture, and the object that it was made of. */
export interface Shown extends Made {
  readonly about: About;
  readonly fetchMs: number;
}

/** What pictures are made with, for one kind of caller. */
export interface Studio {
  /** Tells apart who may not see what another may. */
  readonly viewer: string;
  readonly engine: Engine;
  readonly flights: Flights<Shown>;
  /** Each with memory for a source. */
  readonly gate: Gate<Scratch>;
  /** The gate of what others make: nobody waits behind them. */
  readonly elsewhere: Gate;
  /** Where what is everybody's is kept, once made. */
  readonly shelf?: Shelf;
  /** With time of its own: what one asks for, others may wait for. */
  sources(): Sources;
  /** The same, by the same right. */
  delegate(name: DelegateName): Delegate;
}

/** Else a URL that is kept for ever could come to mean something else. */
export function requireVersion(
  { etag }: About,
  version: string | undefined,
): void {
  if (version === undefined || version === etag) return;
  throw objectNotFound("The object is there in another version, or not at all");
}
