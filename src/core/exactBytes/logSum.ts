import { expOf } from './exp';

/** The logarithm of a sum of exponentials, in nats. Works for terms far below the range of float64. */
export class LogSum {
  #largest = -Infinity;
  #sum = 0;

  add(term: number): void {
    if (term === -Infinity) return;
    if (term > this.#largest) {
      this.#sum = this.#sum * expOf(this.#largest - term) + 1;
      this.#largest = term;
    } else {
      // The difference of two infinite terms would be NaN.
      this.#sum += term === this.#largest ? 1 : expOf(term - this.#largest);
    }
  }

  /** -Infinity if nothing was added. */
  get value(): number {
    return this.#largest + Math.log(this.#sum);
  }
}

export function logSumOf(terms: Iterable<number>): number {
  const sum = new LogSum();
  for (const term of terms) sum.add(term);
  return sum.value;
}

/** Log-softmax of logits, in double precision. */
export function logSoftmax(logits: Float32Array): Float64Array {
  const { length } = logits;
  let largest = -Infinity;
  for (let i = 0; i < length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let total = 0;
  for (let i = 0; i < length; i++) total += expOf(logits[i]! - largest);
  const sum = largest + Math.log(total);
  const row = new Float64Array(length);
  for (let i = 0; i < length; i++) row[i] = logits[i]! - sum;
  return row;
}
