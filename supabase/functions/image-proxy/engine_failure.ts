/**
 * What a failure of the engine means to who wants a picture. No I/O.
 *
 * @module
 */
import type { Failure } from "./decoders.ts";
import type { Failure as EngineFailure } from "./engine/failure.ts";

/**
 * The same for whatever reads a picture.
 *
 * @throws {Error} For a mistake of the engine.
 */
export function failureOf(failure: EngineFailure | "too large"): Failure {
  switch (failure) {
    case "format":
      return "unsupported";
    case "corrupt":
    case "truncated":
      return "unreadable";
    case "pixels":
    case "scans":
    case "memory":
    case "cost":
    case "too large":
      return "too costly";
    case "encoder":
    case "trap":
      throw new Error(`The engine failed: ${failure}`);
  }
}
