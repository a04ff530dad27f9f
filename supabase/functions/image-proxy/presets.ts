/**
 * Options by their names. No I/O.
 *
 * @module
 */
import { type Preset, PRESETS } from "./policy.ts";

/** All names, for whoever has to choose one. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** The preset called `name`: a look-up by a caller's text finds no `toString`. */
export function presetOf(name: string): Preset | undefined {
  return Object.hasOwn(PRESETS, name)
    ? PRESETS[name as keyof typeof PRESETS]
    : undefined;
}

/** Those that are made before anybody asks for them. */
export const EAGER_PRESETS: readonly string[] = PRESET_NAMES.filter((name) =>
  presetOf(name)?.eager
);
