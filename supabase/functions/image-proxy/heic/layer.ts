/**
 * The rows of a picture, of one stream or of a grid of them: of a grid, one row
 * of tiles is in memory at a time.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import { Refused } from "../header/refused.ts";
import type { File } from "../heif/extents.ts";
import { type Coded, type Tile, tileStream } from "./coded.ts";
import { ALPHA, type Area, type Hevc, type Slot } from "./hevc.ts";

/** Rows that are converted at a time, of a picture that is decoded at once. */
const SINGLE_ROWS = 16;

/** What a layer is decoded from, and by which instance. */
export interface Origin {
  readonly hevc: Hevc;
  readonly file: File;
}

/** Colours, of 4 bytes a pixel, or alpha, of one. */
export class Layer {
  readonly #origin: Origin;
  readonly #coded: Coded;
  readonly #slot: Slot;
  readonly #stride: number;
  /** As high as what is there at a time. */
  readonly #height: number;
  #room: number | undefined;
  #band = -1;
  #hasDecoded = false;

  constructor(origin: Origin, coded: Coded, slot: Slot) {
    this.#origin = origin;
    this.#coded = coded;
    this.#slot = slot;
    this.#stride = coded.size.width * (slot === ALPHA ? 1 : 4);
    const [tile] = coded.tiles;
    this.#height = coded.tiles.length > 1 && tile !== undefined
      ? tile.size.height
      : Math.min(SINGLE_ROWS, coded.size.height);
  }

  /**
   * A row, until the next one is asked for. They come in order.
   *
   * @throws {Failed}
   */
  row(y: number): Uint8Array {
    const band = Math.floor(y / this.#height);
    const { hevc } = this.#origin;
    this.#room ??= hevc.room(this.#slot, this.#stride * this.#height);
    if (band !== this.#band) this.#fill(band, this.#room);
    this.#band = band;
    const at = this.#room + this.#stride * (y - band * this.#height);
    return hevc.bytesAt(at, this.#stride);
  }

  #fill(band: number, into: number): void {
    const { tiles, columns, size } = this.#coded;
    const top = band * this.#height;
    const height = Math.min(this.#height, size.height - top);
    const [tile] = tiles;
    if (tiles.length === 1 && tile !== undefined) {
      if (!this.#hasDecoded) this.#decode(tile);
      this.#copy({ top, width: size.width, height, into });
      return;
    }
    for (let column = 0; column < columns; column++) {
      const one = tiles[band * columns + column];
      if (one === undefined) throw new Failed("corrupt");
      this.#decode(one);
      const before = column * one.size.width;
      const width = Math.min(one.size.width, size.width - before);
      const to = into + before * this.#stride / size.width;
      this.#copy({ top: 0, width, height, into: to });
    }
  }

  #copy(area: Omit<Area, "stride">): void {
    const stride = this.#stride;
    this.#origin.hevc.copy(this.#slot, { ...area, stride });
  }

  #decode(tile: Tile): void {
    const { hevc, file } = this.#origin;
    const { size, chroma, depth } = hevc.decode(
      this.#slot,
      streamOf(file, tile),
    );
    const { header } = tile;
    const isSaid = size.width === tile.size.width &&
      size.height === tile.size.height && chroma === header?.chroma &&
      depth === header.depth;
    if (!isSaid) throw new Failed("corrupt");
    this.#hasDecoded = true;
  }
}

function streamOf(file: File, tile: Tile): Uint8Array {
  try {
    return tileStream(file, tile);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Failed(error.why === "truncated" ? "truncated" : "corrupt");
  }
}
