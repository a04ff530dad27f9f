/**
 * What an instance has counted and not written down yet. No I/O.
 *
 * @module
 */
import { COUNTED } from "./catalogue.ts";
import type { Metric, Sample } from "./metric.ts";

/** Sets of labels at once: what functions count has a tenth of it. */
const MAX_SERIES = 1_000;

/** Which of a metric's numbers something is of. */
export type Labels<M extends Metric> = Readonly<
  Record<M["labels"][number], string>
>;

/** Counters of one instance, which add up with those of all others. */
export class Meter {
  #samples = new Map<string, { sample: Sample; value: number[] }>();
  #dropped = 0;

  /** @param name Of the function. */
  constructor(readonly name: string, readonly isOn = true) {}

  get isEmpty(): boolean {
    return this.#samples.size === 0;
  }

  /** Adds to a counter. */
  count<M extends Metric>(metric: M, labels: Labels<M>, by = 1): void {
    if (!this.isOn || by === 0) return;
    const value = this.#valueOf(metric, labels, 1);
    if (value !== undefined) value[0] = (value[0] ?? 0) + by;
  }

  /** Adds one observation to a histogram. */
  observe<M extends Metric>(metric: M, labels: Labels<M>, seen: number): void {
    if (!this.isOn) return;
    const { bounds = [] } = metric;
    const value = this.#valueOf(metric, labels, bounds.length + 2);
    if (value === undefined) return;
    const within = bounds.findIndex((bound) => seen <= bound);
    const at = within < 0 ? bounds.length : within;
    value[at] = (value[at] ?? 0) + 1;
    value[bounds.length + 1] = (value[bounds.length + 1] ?? 0) + seen;
  }

  /** Everything that was counted, which is not here any more. */
  take(): Sample[] {
    const taken = Array.from(this.#samples.values(), ({ sample, value }) => {
      return { ...sample, value };
    });
    if (this.#dropped > 0) {
      const labels = { function: this.name };
      const { name: metric } = COUNTED.dropped;
      taken.push({ metric, labels, value: [this.#dropped] });
    }
    this.#samples = new Map();
    this.#dropped = 0;
    return taken;
  }

  /** Adds what could not be written down, to be tried again. */
  putBack(samples: readonly Sample[]): void {
    for (const { metric: name, labels, value } of samples) {
      const metric = { name, labels: Object.keys(labels) };
      const own = this.#valueOf(metric, labels, value.length);
      value.forEach((it, at) => own && (own[at] = (own[at] ?? 0) + it));
    }
  }

  #valueOf(
    { name, labels: names }: Pick<Metric, "name" | "labels">,
    labels: Readonly<Record<string, string>>,
    length: number,
  ): number[] | undefined {
    let key = name;
    for (const label of names) key += `\n${labels[label] ?? ""}`;
    const known = this.#samples.get(key);
    if (known !== undefined) return known.value;
    if (this.#samples.size >= MAX_SERIES) {
      this.#dropped++;
      return undefined;
    }
    const value = Array<number>(length).fill(0);
    this.#samples.set(key, { sample: { metric: name, labels, value }, value });
    return value;
  }
}
