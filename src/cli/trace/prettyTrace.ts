// A trace and its tokens for people, step by step.
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { showHidden } from '../../core/showHidden';
import type { Trace } from '../../core/traces/trace';
import type { Alignment } from '../../core/columns';
import { tableLines } from '../tableLines';
import type { RolloutFields, TraceToken } from '../../engine/traces/traceToken';

/** Characters of a token that are shown. */
const TOKEN_WIDTH = 22;

type Row = TraceToken & Partial<RolloutFields>;
type Column = readonly [title: string, format: (token: Row) => string];

const bits = (value: number | null) =>
  value === null ? '–' : value.toFixed(2).replace(/^-(0\.00)$/, '$1');
const nats = (value: number | null) => bits(value === null ? null : value / NATS_PER_BIT);
const percent = (value: number | null | undefined) =>
  typeof value === 'number' ? `${Math.round(100 * value)} %` : '';

const uncertainty: readonly Column[] = [
  ['surprisal', ({ surprisal }) => bits(surprisal)],
  ['gap', ({ gap }) => bits(gap)],
];
const contrasts: readonly Column[] = [
  ['surprisal', ({ surprisal }) => bits(surprisal)],
  ['ratio', ({ ratio }) => nats(ratio)],
  ['divergence', ({ divergence }) => nats(divergence)],
  ['contrast', ({ contrast }) => nats(contrast)],
];
const successes: readonly Column[] = [
  ['success', ({ success }) => percent(success)],
  ['low', ({ low }) => percent(low)],
  ['high', ({ high }) => percent(high)],
  ['n', ({ n }) => (typeof n === 'number' ? String(n) : '')],
];

export function* prettyTrace(
  { id, target, isRight, steps }: Trace,
  tokens: readonly Row[],
): Generator<string> {
  const verdict = isRight === undefined ? '' : isRight ? ', right' : ', wrong';
  const rightAnswer = target === undefined ? '' : `; the right answer is ${target}`;
  yield `${showHidden(`${id}${verdict}${rightAnswer}`)}. In bits:\n\n`;
  const hasContrast = tokens.some(({ contrast }) => contrast !== null);
  const shown = [
    ...(hasContrast ? contrasts : uncertainty),
    ...(tokens.some(({ n }) => n !== undefined) ? successes : []),
  ];
  const rows = [['', ...shown.map(([title]) => title)]];
  let next = 0;
  for (const token of tokens) {
    while (next < steps.length && token.byteEnd > steps[next]!.start) {
      rows.push([`step ${++next}`, ...shown.map(() => '')]);
    }
    const name = `  ${token.text.slice(0, TOKEN_WIDTH)}`;
    rows.push([name, ...shown.map(([, format]) => format(token))]);
  }
  yield* tableLines(rows, ['left', ...shown.map((): Alignment => 'right')]);
  if (hasContrast) {
    yield '\nratio: how much the negative model prefers the token, in bits. Not evidence that the token is critical.\n';
  }
}
