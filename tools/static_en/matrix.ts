/**
 * The little linear algebra that `static-en` is made with. Matrices lie row by
 * row in one array. No I/O.
 *
 * @module
 */

/** Numbers in rows. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** All zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** A row itself, not a copy. */
export function rowOf({ columns, data }: Matrix, at: number): Float64Array {
  return data.subarray(at * columns, (at + 1) * columns);
}

/** Σ a·b. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** Adds `times` of `other` to `vector`. */
export function add(
  vector: Float64Array,
  other: Float64Array,
  times: number,
): void {
  for (let at = 0; at < vector.length; at++) {
    vector[at] = (vector[at] ?? 0) + times * (other[at] ?? 0);
  }
}

/** Multiplies a vector. */
export function scale(vector: Float64Array, times: number): void {
  for (let at = 0; at < vector.length; at++) {
    vector[at] = times * (vector[at] ?? 0);
  }
}

/** Makes each row of unit length. */
export function shorten(matrix: Matrix): void {
  for (let at = 0; at < matrix.rows; at++) {
    const row = rowOf(matrix, at);
    scale(row, 1 / Math.sqrt(dot(row, row)));
  }
}

/** Takes the mean of the rows from each of them. */
export function centre(matrix: Matrix): void {
  const mean = new Float64Array(matrix.columns);
  for (let at = 0; at < matrix.rows; at++) {
    add(mean, rowOf(matrix, at), 1 / matrix.rows);
  }
  for (let at = 0; at < matrix.rows; at++) add(rowOf(matrix, at), mean, -1);
}

/** a × b. */
export function product(a: Matrix, b: Matrix): Matrix {
  const out = zeros(a.rows, b.columns);
  for (let at = 0; at < a.rows; at++) {
    const row = rowOf(out, at);
    for (let of = 0; of < a.columns; of++) {
      const times = a.data[at * a.columns + of] ?? 0;
      if (times !== 0) add(row, rowOf(b, of), times);
    }
  }
  return out;
}

/** aᵀ × b. */
export function across(a: Matrix, b: Matrix): Matrix {
  const out = zeros(a.columns, b.columns);
  for (let at = 0; at < a.rows; at++) {
    const row = rowOf(b, at);
    for (let of = 0; of < a.columns; of++) {
      const times = a.data[at * a.columns + of] ?? 0;
      if (times !== 0) add(rowOf(out, of), row, times);
    }
  }
  return out;
}

/**
 * The x of `a` × x = `b`, by Cholesky. `a` is symmetric, positive, and lost.
 */
export function solve(a: Matrix, b: Matrix): Matrix {
  const size = a.rows;
  const it = (row: number, column: number) => a.data[row * size + column] ?? 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const before = dot(
        rowOf(a, row).subarray(0, column),
        rowOf(a, column).subarray(0, column),
      );
      const left = it(row, column) - before;
      a.data[row * size + column] = row === column
        ? Math.sqrt(left)
        : left / it(column, column);
    }
  }
  const x = zeros(size, b.columns);
  x.data.set(b.data);
  for (let row = 0; row < size; row++) {
    for (let of = 0; of < row; of++) {
      add(rowOf(x, row), rowOf(x, of), -it(row, of));
    }
    scale(rowOf(x, row), 1 / it(row, row));
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let of = row + 1; of < size; of++) {
      add(rowOf(x, row), rowOf(x, of), -it(of, row));
    }
    scale(rowOf(x, row), 1 / it(row, row));
  }
  return x;
}

/** Of the power method: neighbours that it mixes up mean the same together. */
const ROUNDS = 300;

/**
 * The `count` directions in which the rows, which are centred, vary most, of
 * unit length, the farthest first.
 */
export function axesOf(matrix: Matrix, count: number): Float64Array[] {
  const left = across(matrix, matrix);
  return Array.from({ length: count }, () => {
    let direction = new Float64Array(left.rows).fill(1);
    let most = 0;
    for (let round = 0; round < ROUNDS; round++) {
      direction = Float64Array.from(
        direction,
        (_, at) => dot(rowOf(left, at), direction),
      );
      most = Math.sqrt(dot(direction, direction));
      scale(direction, 1 / most);
    }
    for (let at = 0; at < left.rows; at++) {
      add(rowOf(left, at), direction, -most * (direction[at] ?? 0));
    }
    return direction;
  });
}
