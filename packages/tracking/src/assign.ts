import { LookonceError } from "@lookonce/errors";

/**
 * Assigns rows to columns at the smallest total cost, where leaving a row and a column alone costs `limit / 2` each; so no
 * pair costs more than `limit`. Costs that are not numbers are of pairs that cannot be.
 *
 * Shortest augmenting paths with prices, as Jonker & Volgenant, 1987 (LAPJV); every row has a column of its own at cost
 * `limit`, which stands for being alone. Pairs that cost more are skipped, so sparse problems need next to no time.
 *
 * @param costs [rows, columns], row-major
 * @returns for each row its column, or −1
 * @throws LookonceError `ARGUMENT` when `costs` has another length
 */
export function assign(costs: ArrayLike<number>, shape: readonly [number, number], limit: number): Int32Array {
  const [rows, columns] = shape;
  if (costs.length !== rows * columns) {
    throw new LookonceError(
      "ARGUMENT",
      `assign needs rows × columns costs, ${rows * columns} for ${rows} × ${columns}, but has ${costs.length}.`,
    );
  }
  const pairs = pairsBelow(costs, shape, limit);
  const { starts, neighbors, values } = pairs;
  const { columnOf, rowOf, rowPrices, pending } = assignCheapest(pairs, shape, limit);
  const columnPrices = new Float64Array(columns);
  const distances = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(columns);
  const isDone = new Uint8Array(columns);
  for (const start of pending) {
    const reached: number[] = [];
    const tree: number[] = [];
    let row = start;
    let distance = 0;
    // The shortest way found so far to a row that is better alone
    let aloneRow = -1;
    let aloneDistance = Number.POSITIVE_INFINITY;
    let end = -1;
    for (;;) {
      tree.push(row);
      const offset = distance - (rowPrices[row] as number);
      if (offset + limit < aloneDistance) {
        aloneDistance = offset + limit;
        aloneRow = row;
      }
      for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
        const column = neighbors[at] as number;
        if (isDone[column] === 1) continue;
        const candidate = offset + (values[at] as number) - (columnPrices[column] as number);
        if (candidate >= (distances[column] as number)) continue;
        if (distances[column] === Number.POSITIVE_INFINITY) reached.push(column);
        distances[column] = candidate;
        previous[column] = row;
      }
      let nearest = -1;
      for (const column of reached) {
        if (isDone[column] === 1) continue;
        if (nearest < 0 || (distances[column] as number) < (distances[nearest] as number)) nearest = column;
      }
      if (nearest < 0 || (distances[nearest] as number) >= aloneDistance) {
        distance = aloneDistance;
        break;
      }
      distance = distances[nearest] as number;
      isDone[nearest] = 1;
      if (rowOf[nearest] === -1) {
        end = nearest;
        break;
      }
      row = rowOf[nearest] as number;
    }

    for (const treeRow of tree) {
      const column = columnOf[treeRow] as number;
      const at = treeRow === start ? 0 : (distances[column] as number);
      rowPrices[treeRow] = (rowPrices[treeRow] as number) + distance - at;
    }
    for (const column of reached) {
      if (isDone[column] === 1) {
        columnPrices[column] = (columnPrices[column] as number) - (distance - (distances[column] as number));
      }
    }
    // Along the path each row gets the column before which it was reached
    let from = end < 0 ? aloneRow : (previous[end] as number);
    let column = end;
    for (;;) {
      const freed = columnOf[from] as number;
      columnOf[from] = column;
      if (column >= 0) rowOf[column] = from;
      if (from === start) break;
      column = freed;
      from = previous[column] as number;
    }
    for (const one of reached) {
      distances[one] = Number.POSITIVE_INFINITY;
      isDone[one] = 0;
    }
  }
  return columnOf;
}

/** Pairs of which row r has those from `starts[r]` to `starts[r + 1]`. */
interface Pairs {
  starts: Int32Array;
  /** Column and cost of each pair. */
  neighbors: number[];
  values: number[];
}

/** Assigns each row its cheapest column where that is free, which is optimal for a start; other rows are pending. */
function assignCheapest(
  { starts, neighbors, values }: Pairs,
  [rows, columns]: readonly [number, number],
  limit: number,
): { columnOf: Int32Array; rowOf: Int32Array; rowPrices: Float64Array; pending: number[] } {
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const rowPrices = new Float64Array(rows);
  const pending: number[] = [];
  for (let row = 0; row < rows; row++) {
    let best = limit;
    let column = -1;
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at++) {
      if ((values[at] as number) < best) {
        best = values[at] as number;
        column = neighbors[at] as number;
      }
    }
    rowPrices[row] = best;
    if (column < 0) continue;
    if (rowOf[column] !== -1) pending.push(row);
    else {
      columnOf[row] = column;
      rowOf[column] = row;
    }
  }
  return { columnOf, rowOf, rowPrices, pending };
}

/** The pairs that cost less than the limit, row by row. */
function pairsBelow(costs: ArrayLike<number>, [rows, columns]: readonly [number, number], limit: number): Pairs {
  const starts = new Int32Array(rows + 1);
  const neighbors: number[] = [];
  const values: number[] = [];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      if (!((costs[at] as number) < limit)) continue;
      neighbors.push(column);
      values.push(costs[at] as number);
    }
    starts[row + 1] = neighbors.length;
  }
  return { starts, neighbors, values };
}
