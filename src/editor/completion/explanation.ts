// The last completion in full, as plain text: what a model wrote is never markup.
import { columns } from '../../core/columns';
import { displayToken } from '../../core/displayToken';
import { showHiddenInLines } from '../../core/showHidden';
import { formatNumberOf, formatPercent } from '../../core/format';
import { encodeUtf8 } from '../../core/text/utf8';
import type { CompletionItem, CompletionView } from '../../protocol/completion';
import type { Shown } from './shown';

/** Characters of the bar of a token with probability 1. */
const BAR = 12;
/** Other tokens that are listed beside each. */
const OTHERS = 3;
const HEALINGS = {
  exact: 'exact: all tokenizations of the text at the cursor',
  'one-token': 'one token: the last one is dropped, and the next one begins with its bytes',
  none: 'none: continues the tokens of the text as they are',
};
const STOPS: Record<CompletionItem['stopReason'], string> = {
  end: 'the model ended the text there',
  line: 'the line ended',
  join: 'it would have repeated the text after the cursor',
  balance: 'more would leave a bracket, a quote or a comment open, or close one twice',
  tokens: 'it had as many tokens as tokenscope.completion.maxTokens allows',
  time: 'the time of tokenscope.completion.maxTime was up',
  unsure: 'with one token more it would be less likely than tokenscope.completion.minProbability',
  nothing: 'no token could come',
};

/** `views`: the same completion with each healing. */
export function explainCompletion(shown: Shown, views: readonly CompletionView[]): string {
  const { name, line, column, text, at, view } = shown;
  const detailed = views.find(({ healing }) => healing === view.healing);
  const [item] = view.items as [CompletionItem];
  // It is not limited in time, and so may go on where the one that was shown ended.
  const full = detailed?.items.find(
    ({ insert, replaces, stopReason }) =>
      insert === item.insert && replaces === item.replaces && stopReason === item.stopReason,
  );
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const [after = ''] = text.slice(at + item.replaces).split('\n', 1);
  const sections = [
    `${name}, line ${line}, column ${column}`,
    `${before}⟦${item.insert}⟧${after}`,
    factTable(shown, full?.logprob ?? null),
  ];
  if (full) sections.push(tokenTable(full, detailed!.rolledBack.length));
  else if (detailed)
    sections.push(
      'Asked again, the model writes or ends differently: the tokens of this one are not known.',
    );
  sections.push(healingTable(views), ...promptSections(detailed));
  return showHiddenInLines(`${sections.join('\n\n')}\n`);
}

function factTable({ model, view, options }: Shown, logprob: number | null): string {
  const { mode, format, healing, inexact, rolledBack, rolledForward, seen } = view;
  const form = mode === 'none' ? 'none' : `${mode.toUpperCase()} (${format})`;
  const before = `${seen.before} characters before the cursor`;
  const sees =
    mode === 'none'
      ? `${before}; the text after it is not seen`
      : `${before} and ${seen.after} after it`;
  const bytesOf = (bytes: Uint8Array) =>
    `${displayToken(bytes)} (${formatNumberOf(bytes.length, 'byte')})`;
  const rows: [string, string][] = [
    ['model', model.name],
    ['form', `${form}: ${sees}`],
    ['healing', HEALINGS[healing]],
  ];
  if (inexact) rows.push(['not exact', inexact]);
  rows.push([
    'handed back',
    rolledBack.length > 0 ? `${bytesOf(rolledBack)}: the model wrote it again` : 'nothing',
  ]);
  if (rolledForward.length > 0) {
    rows.push(['handed on', `${bytesOf(rolledForward)}: the model was to write that, too`]);
  }
  rows.push(
    ['stopped', STOPS[view.items[0]!.stopReason]],
    [
      'probability',
      logprob === null
        ? 'not known exactly'
        : `${formatPercent(logprob)} of these bytes and the stop`,
    ],
    [
      'cost',
      `${view.ms.toFixed(0)} ms; ${view.modelTokens} tokens through the model; of the prompt's ` +
        `${view.promptTokens} it remembered ${view.rememberedTokens}`,
    ],
    [
      'chosen by',
      options.temperature > 0
        ? `sampling at temperature ${options.temperature}`
        : 'the likeliest token',
    ],
  );
  return columns(rows, ['left']).join('\n');
}

/** `handedBack`: the bytes before the cursor that the tokens begin with. */
function tokenTable({ tokens, insert }: CompletionItem, handedBack: number): string {
  const end = handedBack + encodeUtf8(insert).length;
  let at = 0;
  const rows = tokens.map(({ id, bytes, logprob, top }) => {
    const others = top
      .filter(other => other.id !== id)
      .slice(0, OTHERS)
      .map(other => `${displayToken(other.bytes)} ${formatPercent(other.logprob)}`);
    const start = at;
    at += bytes.length;
    const part = at <= handedBack ? 'handed back' : start >= end ? 'left out' : '';
    const bar = '█'.repeat(Math.round(BAR * Math.exp(logprob)));
    return [displayToken(bytes), formatPercent(logprob), bar, others.join('   '), part];
  });
  const head = ['token', 'prob.', '', 'instead'];
  return columns([head, ...rows], ['left', 'right', 'left']).join('\n');
}

function healingTable(views: readonly CompletionView[]): string {
  const rows = views.map(({ healing, rolledBack, items, modelTokens, ms }) => [
    healing,
    `${formatNumberOf(rolledBack.length, 'byte')} back`,
    `${modelTokens} tokens`,
    `${ms.toFixed(0)} ms`,
    (items[0] && displayToken(encodeUtf8(items[0].insert))) || '(nothing)',
  ]);
  return [
    'The same place with each healing',
    ...columns(rows, ['left', 'left', 'right', 'right', 'left']),
    '(run again just now, one after the other: by then the prompt is remembered)',
  ].join('\n');
}

function promptSections(view: CompletionView | undefined): string[] {
  if (view?.prompt === undefined) return [];
  return [`The prompt, ${view.promptTokens} tokens, up to where the model continues`, view.prompt];
}
