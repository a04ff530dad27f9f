/**
 * Which of the engine's instances are good for another picture.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { Keeper, type Kept } from "../keeper.ts";
import { Instance } from "./instance.ts";

/** Where an instance is not kept: most pictures need a quarter of it. */
const KEPT_MEMORY = 48 * MiB;

/** Lends instances of a module that have not trapped, and have not grown large. */
export function instancesOf(load: Kept<Instance>["load"]): Keeper<Instance> {
  return new Keeper({
    load,
    make: (module) => new Instance(module),
    isGood: (instance) => !instance.isBroken && instance.bytes <= KEPT_MEMORY,
  });
}
