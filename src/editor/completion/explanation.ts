// The last completion in full, as plain text: what a model wrote is never markup.
import { displayToken } from '../../core/displayToken';
import type { CompletionItem, CompletionView } from '../../protocol/completion';
import type { Shown } from './completionProvider';

const BAR = 12;
const HEALINGS = {
  exact: 'exact: all ways to cut the text at the cursor into tokens',
  'one-token': 'one token: the last one dropped, the next begins with it',
  none: 'none: behind the tokens of the text as they are',
};
const STOPS: Record<CompletionItem['stopReason'], string> = {
  end: 'the model ended the text there',
  line: 'the line ended',
  join: 'the text behind the cursor would have begun again',
  tokens: 'it had as many tokens as tokenscope.completion.maxTokens allows',
  time: 'the time of tokenscope.completion.maxTime was up',
  unsure: 'with one token more it would be less likely than tokenscope.completion.minProbability',
  nothing: 'no token could come',
};

/** \`views\`: the completion again, with each healing. */
export function explainCompletion(shown: Shown, views: readonly CompletionView[]): string {
  const { name, line, column, text, at, view } = shown;
  const detailed = views.find(({ healing }) => healing === view.healing);
  const [item] = view.items as [CompletionItem];
  const [full] = detailed?.items ?? [];
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const [behind = ''] = text.slice(at).split('\n', 1);
  const sections = [
    `${name}, line ${line}, column ${column}`,
    `${before}⟦${item.insert}⟧${behind}`,
    facts(shown, full?.logprob ?? null),
  ];
  if (full) sections.push(tokens(full, detailed!.rolledBack.length));
  sections.push(arms(views), ...prompt(detailed));
  return `${sections.join('\n\n')}\n`;
}

function facts({ view, options }: Shown, logprob: number | null): string {
  const {
    mode,
    format,
    healing,
    inexact,
    rolledBack: handedBack,
    rolledForward: handedOn,
    seen,
  } = view;
  const form = mode === 'none' ? 'none' : `${mode.toUpperCase()} (${format})`;
  const sees =
    mode === 'none'
      ? `${seen.before} characters before the cursor; the text behind it is not seen`
      : `${seen.before} characters before the cursor and ${seen.after} behind it`;
  const rows: [string, string][] = [
    ['form', `${form}: ${sees}`],
    ['healing', HEALINGS[healing]],
    ...(inexact ? ([['not exact', inexact]] as [string, string][]) : []),
    [
      'handed back',
      handedBack.length > 0
        ? `${displayToken(handedBack)} (${counted(handedBack.length)}): the model wrote it again`
        : 'nothing',
    ],
    ...(handedOn.length > 0
      ? ([
          [
            'handed on',
            `${displayToken(handedOn)} (${counted(handedOn.length)}): it was to write that, too`,
          ],
        ] as [string, string][])
      : []),
    ['stopped', STOPS[view.items[0]!.stopReason]],
    [
      'probability',
      logprob === null ? 'not known exactly' : `${percent(logprob)} of these bytes and the stop`,
    ],
    [
      'cost',
      `${view.ms.toFixed(0)} ms; ${view.modelTokens} tokens through the model; of the prompt's ` +
        `${view.promptTokens} it remembered ${view.rememberedTokens}`,
    ],
    [
      'chosen by',
      options.temperature > 0
        ? `drawing at temperature ${options.temperature}`
        : 'the likeliest token',
    ],
  ];
  return rows.map(([key, value]) => `${key.padEnd(12)} ${value}`).join('\n');
}

function tokens({ tokens, insert }: CompletionItem, handed: number): string {
  const width = Math.max(8, ...tokens.map(({ bytes }) => displayToken(bytes).length)) + 2;
  const end = handed + new TextEncoder().encode(insert).length;
  let at = 0;
  const rows = tokens.map(({ id, bytes, logprob, top }) => {
    const others = top
      .filter(other => other.id !== id)
      .slice(0, 3)
      .map(other => `${displayToken(other.bytes)} ${percent(other.logprob)}`);
    const start = at;
    at += bytes.length;
    const part = at <= handed ? 'handed back' : start >= end ? 'left out' : '';
    return [
      displayToken(bytes).padEnd(width),
      percent(logprob).padStart(8),
      ` ${'█'.repeat(Math.round(BAR * Math.exp(logprob))).padEnd(BAR)}`,
      `  ${others.join('   ').padEnd(part ? 48 : 0)}  ${part}`,
    ]
      .join('')
      .trimEnd();
  });
  const head = `${'token'.padEnd(width)}${'prob.'.padStart(8)}${' '.repeat(BAR + 3)}instead`;
  return [head, ...rows].join('\n');
}

function arms(views: readonly CompletionView[]): string {
  const rows = views.map(({ healing, rolledBack: handedBack, items, modelTokens, ms }) => {
    const insert = items[0] ? displayToken(new TextEncoder().encode(items[0].insert)) : '';
    const figures = `${String(modelTokens).padStart(4)} tokens ${ms.toFixed(0).padStart(5)} ms`;
    const back = `${counted(handedBack.length)} back`.padEnd(14);
    return `${healing.padEnd(10)} ${back} ${figures}  ${insert || '(nothing)'}`;
  });
  const note = '(run again just now, one behind the other: the prompt is remembered by then)';
  return ['What each healing makes of this place', ...rows, note].join('\n');
}

function prompt(view: CompletionView | undefined): string[] {
  if (view?.prompt === undefined) return [];
  return [`The prompt, ${view.promptTokens} tokens, up to where the model goes on`, view.prompt];
}

function counted(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}

function percent(logprob: number): string {
  const value = 100 * Math.exp(logprob);
  return `${value >= 9.995 ? value.toFixed(1) : value.toPrecision(2)} %`;
}
