// How predictable the next tokens are, and how far the states move between tokens. Future Token Prediction (Walker 2024,
// arXiv:2410.18160) trains vectors that predict the next N tokens, and compares how smoothly they vary with how those of a
// standard model do. Here are the exact bits that a standard model needs for the next tokens, and its own states.

/**
 * [t]: the sum of the surprisals of the tokens t, ..., t + count - 1, which is that of all of them given the tokens
 * before t, by the chain rule. In the unit of `nats`. NaN where one of them is not known (NaN) or fewer are left. `count`: 1
 * or more.
 */
export function lookAhead(nats: ArrayLike<number>, count: number): Float32Array {
  const n = nats.length;
  const sums = new Float32Array(n).fill(NaN);
  // The window of t is the end of a block and the start of the next one: sums from both ends of every block, and no
  // difference whose error would grow along the text or spread a NaN.
  const toEnd = new Float64Array(n);
  for (let t = n - 1; t >= 0; t--) {
    const isEnd = t === n - 1 || t % count === count - 1;
    toEnd[t] = nats[t]! + (isEnd ? 0 : toEnd[t + 1]!);
  }
  let fromStart = 0;
  for (let last = 0; last < n; last++) {
    const isStart = last % count === 0;
    fromStart = nats[last]! + (isStart ? 0 : fromStart);
    const t = last - count + 1;
    if (t >= 0) sums[t] = t % count === 0 ? toEnd[t]! : toEnd[t]! + fromStart;
  }
  return sums;
}

/**
 * [t]: 1 - cos of the states of t - 1 and t; NaN at 0 and beside a state of zeros. `states`: flat [n, width]. Computed as half of
 * the squared distance of unit vectors, which is exact near 0.
 */
export function drift(states: Float32Array, n: number, width: number): Float32Array {
  const drifts = new Float32Array(n).fill(NaN);
  let before = 0;
  for (let t = 0; t < n; t++) {
    const at = t * width;
    let squares = 0;
    for (let i = at; i < at + width; i++) squares += states[i]! ** 2;
    const length = Math.sqrt(squares);
    if (t > 0 && before > 0 && length > 0) {
      let sum = 0;
      for (let i = at; i < at + width; i++)
        sum += (states[i]! / length - states[i - width]! / before) ** 2;
      drifts[t] = sum / 2;
    }
    before = length;
  }
  return drifts;
}
