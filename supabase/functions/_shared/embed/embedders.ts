/**
 * Models by their names.
 *
 * @module
 */
import type { Scope } from "../route.ts";
import { type Embedder, EmbedFault } from "./embedder.ts";
import { gteSmall } from "./gte_small.ts";
import { openAiEmbedder } from "./openai.ts";

/** A model, and how long the vectors are that are kept of it. */
export interface Model {
  /** `static-en`, `gte-small`, or one that `EMBED_URL` has. */
  readonly name: string;
  readonly dimensions: number;
}

/**
 * Whoever makes vectors of `model`.
 *
 * @throws {EmbedFault} "refused" if the model is not to be had, or has other
 * dimensions.
 */
export async function embedderFor(
  model: Model,
  scope: Pick<Scope, "config" | "journal">,
): Promise<Embedder> {
  const { name, dimensions } = model;
  const embedder = await find(model, scope);
  if (embedder.dimensions === dimensions) return embedder;
  throw new EmbedFault(
    "refused",
    `The model ${name} has ${embedder.dimensions} dimensions, and the index ` +
      `${dimensions}`,
  );
}

async function find(
  { name: model, dimensions }: Model,
  { config: { embedding }, journal: { fetch } }: Pick<
    Scope,
    "config" | "journal"
  >,
): Promise<Embedder> {
  if (model === "static-en") {
    // Lazily: it brings a table of megabytes along.
    const { staticEn } = await import("./static_en.ts");
    return staticEn();
  }
  if (model === "gte-small") return gteSmall();
  if (embedding !== undefined) {
    return openAiEmbedder({ ...embedding, model, dimensions, fetch });
  }
  throw new EmbedFault(
    "refused",
    `EMBED_URL must be set for the model ${model}`,
  );
}
