// How redundant each token is by the energy of PiToMe (Tran et al. 2024, arXiv:2405.16148): the mean over all tokens of a
// function of the cosine between their vectors. High is redundant, low is informative. Derived anew from the published
// description, since the authors' code may not be used commercially. Nothing is merged here.

export interface EnergyOptions {
  /**
   * elu: ELU(cos - margin) with alpha = 1, which is x for x > 0, else exp(x) - 1. gaussian: exp(-(1 - cos)² / 2σ²) with
   * σ = 1 - margin, the form of the authors' path for text as it is described; the factor 2 is our reading of "Gaussian".
   */
  readonly form: 'elu' | 'gaussian';
  /** Cosines above it count as similar; below 1 for the Gaussian. */
  readonly margin: number;
}

/** Rows of a tile; 64 rows of 576 numbers fit the second cache. */
const BLOCK = 64;
const HIGH = 2;
const WIDE = 4;

/**
 * E_i = 1/n Σ_j f(cos(i, j)), j = i among them. `states`: flat [n, width]. Returns [n]. A vector of zeros has cosine 0 with
 * all, itself among them. Throws RangeError for a Gaussian whose margin is not below 1.
 */
export function energies(
  states: Float32Array,
  n: number,
  { form, margin }: EnergyOptions,
): Float32Array {
  if (form === 'gaussian' && !(margin < 1)) throw new RangeError('the margin has to be below 1');
  const width = states.length / n;
  const rows = unitRows(states, n, width);
  const sums = new Float64Array(n);
  const tile = new Float64Array(HIGH * WIDE);
  const scale = -1 / (2 * (1 - margin) ** 2);
  const energyOf =
    form === 'elu'
      ? (cosine: number) => (cosine > margin ? cosine - margin : Math.expm1(cosine - margin))
      : (cosine: number) => Math.exp(scale * (1 - cosine) ** 2);
  for (let block = 0; block < n; block += BLOCK) {
    const end = Math.min(n, block + BLOCK);
    // Of each pair the half whose column is not before its row.
    for (let i = 0; i < end; i += HIGH) {
      const first = Math.max(block, i - (i % WIDE));
      for (let j = first; j < end; j += WIDE) {
        dotTile(rows, i * width, j * width, width, tile);
        for (let at = 0; at < HIGH * WIDE; at++) {
          const row = i + (at >> 2);
          const column = j + (at & 3);
          if (column < row || column >= n || row >= n) continue;
          const energy = energyOf(tile[at]!);
          sums[row]! += energy;
          if (column > row) sums[column]! += energy;
        }
      }
    }
  }
  return Float32Array.from(sums, sum => sum / n);
}

/** Rows of length 1, with rows of zeros after them so that every tile is whole. */
function unitRows(states: Float32Array, n: number, width: number): Float32Array {
  const rows = new Float32Array(Math.ceil(n / WIDE) * WIDE * width);
  for (let row = 0; row < n; row++) {
    const [from, to] = [row * width, (row + 1) * width];
    let squares = 0;
    for (let i = from; i < to; i++) squares += states[i]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = from; i < to; i++) rows[i] = states[i]! * scale;
  }
  return rows;
}

/** The products of two rows with four others, [2, 4]: each number that is read is used several times. */
function dotTile(
  rows: Float32Array,
  high: number,
  wide: number,
  width: number,
  tile: Float64Array,
): void {
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < width; k++) {
    const a = rows[high + k]!;
    const b = rows[high + width + k]!;
    const c0 = rows[wide + k]!;
    const c1 = rows[wide + width + k]!;
    const c2 = rows[wide + 2 * width + k]!;
    const c3 = rows[wide + 3 * width + k]!;
    a0 += a * c0;
    a1 += a * c1;
    a2 += a * c2;
    a3 += a * c3;
    b0 += b * c0;
    b1 += b * c1;
    b2 += b * c2;
    b3 += b * c3;
  }
  tile[0] = a0;
  tile[1] = a1;
  tile[2] = a2;
  tile[3] = a3;
  tile[4] = b0;
  tile[5] = b1;
  tile[6] = b2;
  tile[7] = b3;
}
