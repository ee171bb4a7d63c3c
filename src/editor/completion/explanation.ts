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
  end: 'the model ended the text',
  line: 'the line ended',
  join: 'the next token would repeat the text after the cursor',
  balance: 'more text would leave a bracket, quote or comment open, or close one twice',
  tokens: 'the limit of tokenscope.completion.maxTokens was reached',
  time: 'the time limit of tokenscope.completion.maxTime expired',
  unsure: 'one more token would bring its probability below tokenscope.completion.minProbability',
  nothing: 'no next token was possible',
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
      'The tokens of this completion are not known: when asked again, the model wrote a different one.',
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
      ? `${before}; the text after it is not used`
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
    'rolled back',
    rolledBack.length > 0 ? `${bytesOf(rolledBack)}: rewritten by the model` : 'nothing',
  ]);
  if (rolledForward.length > 0) {
    rows.push(['rolled forward', `${bytesOf(rolledForward)}: left to the model to write`]);
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
      `${view.ms.toFixed(0)} ms; ${view.modelTokens} tokens through the model; ` +
        `${view.rememberedTokens} of ${view.promptTokens} prompt tokens were cached`,
    ],
    [
      'chosen by',
      options.temperature > 0
        ? `sampling at temperature ${options.temperature}`
        : 'always the most likely token',
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
    const part = at <= handedBack ? 'rolled back' : start >= end ? 'left out' : '';
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
    '(run again just now, one after the other, with the prompt cached)',
  ].join('\n');
}

function promptSections(view: CompletionView | undefined): string[] {
  if (view?.prompt === undefined) return [];
  return [`The prompt, ${view.promptTokens} tokens, up to where the model continues`, view.prompt];
}
