// The lens on a delete gate: which bytes of a text the later layers of an encoder do without.
import { lens } from './lens';

/** `scores.deleteGate` is a share of the gate's scale: 0 keeps, 1 deletes. */
export const deleteGate = lens({
  group: 'layers',
  title: 'Delete gate',
  meaning:
    'How far the delete gate of a separate byte-level encoder closes for each character: at 100 % the later layers do without it, at 0 % they keep it. A character of several bytes has their mean.',
  needs: ['deleteGate'],
  per: 'character',
  scale: { kind: 'heat', bounds: [5, 15, 30, 50, 70, 85, 95], unit: '%', decimals: 0 },
  value: (scores, row) => 100 * (scores?.deleteGate?.[row] ?? NaN),
  format: value => `${value.toFixed(0)} % deleted`,
});
