/**
 * What it means to turn text into vectors, whoever does it. No I/O.
 *
 * @module
 */

/** What a text is: models may treat a question otherwise than what answers it. */
export type Purpose = "passage" | "query";

/** What came of some texts. */
export interface Embedded {
  /** One for each text, in order, of unit length. */
  readonly vectors: readonly Float32Array[];
  /** What the provider counts and bills; an estimate where it says nothing. */
  readonly tokens: number;
}

/** A model that can be asked. */
export interface Embedder {
  /** Of every vector. */
  readonly dimensions: number;
  /** Texts in one call. */
  readonly maxBatch: number;
  /** Whether asking again costs less than to keep what was answered. */
  readonly isFree?: boolean;
  /** Of one text. What is longer is refused or cut by the provider. */
  readonly maxTokens: number;
  /**
   * @throws {EmbedFault} for everything that the provider can do wrong.
   */
  embed(
    texts: readonly string[],
    how: { readonly purpose: Purpose; readonly signal: AbortSignal },
  ): Promise<Embedded>;
}

/**
 * Why there are no vectors, as far as it matters to whoever asked:
 *
 * - `rejected`: some of the texts are at fault. Asking for fewer finds which.
 * - `limited`: too much was asked for. Nobody is at fault; wait `retryS`.
 * - `refused`: the key, the model or the address is wrong, or money has run
 *   out. Somebody has to mend the settings; waiting does not.
 * - `failed`: down, slow, or lying: the count, the dimensions or the numbers of
 *   the vectors are wrong. Try again later.
 */
export type FaultKind = "rejected" | "limited" | "refused" | "failed";

/** What a provider could not do. Its message holds no text, and no key. */
export class EmbedFault extends Error {
  override readonly name = "EmbedFault";
  constructor(
    readonly kind: FaultKind,
    message: string,
    /** Seconds that the provider wants to be left alone for, if it said so. */
    readonly retryS?: number,
  ) {
    super(message);
  }
}
