// What the mouse finds on a token: the token itself, what the model thought of it, and what it expected.
import { languages, MarkdownString, type Disposable, Hover } from 'vscode';
import type { Lens } from '../../core/lenses/lenses';
import { formatBits, formatHex, formatPercent } from '../../core/format';
import type { Scores } from '../../core/lenses/scores';
import { displayToken } from '../../core/displayToken';
import { contrastScore, ratioOf } from '../../core/traces/contrast';
import type { TokenView } from '../../protocol/scores';
import type { Engine } from '../engine/engineClient';
import { featuresHover } from '../features/featureHover';
import type { Autoencoder } from '../features/autoencoder';
import { contrastOptions, type Inspection } from '../engine/scoringPasses';
import type { OverlayState } from '../overlay/overlayState';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import type { ShownTexts } from '../overlay/textSource';
import { savedHover } from '../traces/savedHover';
import { cutView } from '../traces/savedView';
import { isInspectable, rangeOf } from '../ui/editorRanges';

/** Alternatives in a hover, which should need no scrolling; the inspector lists them all. */
const LISTED = 5;

const WHAT_IF = 'tokenscope.whatIf';

export function registerHover(
  engine: Engine,
  inspection: Inspection,
  state: OverlayState,
  features: Autoencoder,
  shown: ShownTexts,
  onError: (error: unknown) => void,
): Disposable {
  return languages.registerHoverProvider(
    { pattern: '**' },
    {
      async provideHover(document, position) {
        if (!state.isOn || !isInspectable(document) || engine.state.kind === 'failed') return;
        const { lens } = state;
        const place = shown.textAt(document, document.offsetAt(position), lens);
        if (!place) return;
        const { text, utf16: utf16Start, saved, answerStart } = place;
        const at = { utf16Start, utf16End: utf16Start + 1 };
        try {
          const { view, version } = saved
            ? { view: cutView(saved.view, at), version: text.version }
            : await inspection.view(text, at, {
                ...{ details: 'alternatives' as const, ...contrastOptions(lens, { answerStart }) },
              });
          if (version !== text.version || view.ids.length === 0) return;
          const stretch = { utf16Start: view.utf16Starts[0]!, utf16End: view.utf16Ends.at(-1)! };
          const range = rangeOf(document, {
            utf16Start: place.placesOf(stretch)[0]!.utf16Start,
            utf16End: place.placesOf(stretch).at(-1)!.utf16End,
          });
          if (saved) return new Hover(savedHover(view, saved.series), range);
          const model = engine.state.kind === 'ready' ? engine.state.model.name : '';
          const { second } = engine;
          const names = {
            ...{ model, second: second?.name ?? '', isTrace: answerStart !== undefined },
            // Inside a file there is no document that could go on otherwise.
            canBranch: text === document && utf16Start >= (answerStart ?? Infinity),
          };
          const contents = Array.from(view.ids, (_, row) => describe(view, row, names, lens));
          if (lens.needsFeatures) {
            const found = await featuresHover(features, text, utf16Start);
            if (found) contents.unshift(found);
          }
          if (second) {
            const other = await inspection.view(text, at, { details: 'bytes', second: true });
            contents.push(describeSecond(other.view, second.name));
          }
          return new Hover(contents, range);
        } catch (error) {
          onError(error);
          return undefined;
        }
      },
    },
  );
}

interface Names {
  readonly model: string;
  readonly second: string;
  readonly isTrace: boolean;
  /** Whether another token can be tried in its place. */
  readonly canBranch: boolean;
}

function describe(view: TokenView, row: number, names: Names, lens: Lens): MarkdownString {
  const { second, isTrace } = names;
  const markdown = new MarkdownString();
  // Text of models is escaped, so that no link but these is in it.
  if (names.canBranch) markdown.isTrusted = { enabledCommands: [WHAT_IF] };
  const bytes = view.bytes![row]!;
  markdown.appendMarkdown(
    `**${escapeMarkdown(displayToken(bytes))}** — token ${view.first + row + 1} of ${view.total}, id ${view.ids[row]}\n\n` +
      `bytes \`${formatHex(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}` +
      `${view.normalized?.[row] ? ' (normalised: the file has other bytes here)' : ''}\n\n`,
  );
  if (lens.comparesPair) markdown.appendMarkdown(contrastLines(view, row, isTrace));
  if (lens.per === 'character') markdown.appendMarkdown(byteLines(view, row, second));
  if (view.scores) markdown.appendMarkdown(scoreLines(view, view.scores, row, names));
  return markdown;
}

/** What the pair says of the token, as the sum that it is. */
function contrastLines(view: TokenView, row: number, isTrace: boolean): string {
  const { scores, pair } = view;
  const contrast = scores?.contrast;
  const known = contrast && {
    positive: contrast.positive[row]!,
    negative: contrast.negative[row]!,
    divergence: contrast.divergences[row]!,
  };
  if (!pair || !known || Number.isNaN(known.positive))
    return view.pending > 0
      ? 'The pair has not scored it yet.\n\n'
      : 'A pair is asked of what a model wrote, not of the question.\n\n';
  const rows: [string, number][] = [
    ['surprisal under the positive model', -known.positive],
    ['the negative model likes it more by', ratioOf(known)],
    ['how far the two part at this place', known.divergence],
    ['**together: contrast**', contrastScore(known)],
  ];
  const lines = rows.map(([what, nats]) => `| ${what} | ${formatBits(nats)} |`);
  return (
    `${isTrace ? 'T2, contrast of a pair: ' : ''}${escapeMarkdown(pair.positive)} against ${escapeMarkdown(pair.negative)}\n\n` +
    `|  |  |\n|:--|--:|\n${lines.join('\n')}\n\n` +
    centreWords(contrast!.centre) +
    'High: the pair points here. Whether the token decides the answer, only rollouts tell.\n\n'
  );
}

function centreWords(nats: number): string {
  if (nats === 0) return '';
  const ratio = nats > 0 ? 'more' : 'less';
  return `Colours are centred: over this text the negative model likes tokens ${formatBits(Math.abs(nats))} ${ratio}, which is taken off.\n\n`;
}

/** Each byte with its surprisal, and their sum beside the token's. */
function byteLines(view: TokenView, row: number, second: string): string {
  const { byteBits, secondByteBits, bytes, scores } = view;
  const bits = byteBits?.[row];
  if (!bits || bits.some(Number.isNaN)) return 'Its bytes are not scored yet.\n\n';
  const names = Array.from(bytes![row]!, byte => escapeMarkdown(displayToken(Uint8Array.of(byte))));
  const cells = (name: string, bits: Float64Array) =>
    `| ${[name, ...Array.from(bits, value => value.toFixed(2))].join(' | ')} |\n`;
  const others = secondByteBits?.[row];
  const secondRow =
    others && !others.some(Number.isNaN) ? cells(`${escapeMarkdown(second)}, bits`, others) : '';
  const sum = bits.reduce((total, value) => total + value, 0).toFixed(2);
  const token = scores && scores.ranks[row]! > 0 ? formatBits(-scores.logprobs[row]!) : 'not known';
  const dashes = names.map(() => '--:');
  return (
    `| ${['byte', ...names].join(' | ')} |\n| ${['---', ...dashes].join(' | ')} |\n` +
    `${cells('bits', bits)}${secondRow}\nBytes together ${sum} bits, the token ${token}\n\n`
  );
}

/** The tokens there of the tokenizer that the model's is compared with. */
function describeSecond(view: TokenView, name: string): MarkdownString {
  const tokens = Array.from(view.ids, (id, row) => {
    const bytes = view.bytes![row]!;
    return (
      `**${escapeMarkdown(displayToken(bytes))}** — token ${view.first + row + 1} of ${view.total}, id ${id}, ` +
      `bytes \`${formatHex(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}`
    );
  });
  return new MarkdownString(`${escapeMarkdown(name)}: ${tokens.join('  \n')}`);
}

function scoreLines(
  view: TokenView,
  scores: Scores,
  row: number,
  { model, isTrace, canBranch }: Names,
): string {
  const rank = scores.ranks[row]!;
  if (rank === 0) {
    return view.pending > 0
      ? 'Not scored yet.'
      : 'The model says nothing of it: nothing comes before it.';
  }
  const logprob = scores.logprobs[row]!;
  const actual = view.ids[row]!;
  const k = scores.topK;
  const ids = Array.from(scores.topIds.subarray(row * k, row * k + LISTED));
  const lines = ids.map((id, i) => {
    const name = escapeMarkdown(displayToken(view.topBytes![row]![i]!));
    const cells = [
      i + 1,
      id === actual ? `**${name}** ✓` : name,
      ...odds(scores.topLogprobs[row * k + i]!),
      ...(canBranch ? [id === actual ? '' : whatIfLink(view.utf16Starts[row]!, id)] : []),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (!ids.includes(actual)) {
    const name = escapeMarkdown(displayToken(view.bytes![row]!));
    lines.push(`| ${[rank, `**${name}** ✓`, ...odds(logprob)].join(' | ')} |`);
  }
  return (
    `${odds(logprob).join(' = ')}, rank ${rank}; entropy before it ${formatBits(scores.entropiesNats[row]!)}\n\n` +
    `| rank | token | probability | surprisal |${canBranch ? '  |' : ''}\n|--:|:--|--:|--:|${canBranch ? ':--|' : ''}\n${lines.join('\n')}\n\n` +
    `${isTrace ? 'T1, re-scored by ' : ''}${escapeMarkdown(model)}, after ${scores.contexts[row]} tokens of context`
  );
}

/** How the trace goes on with that token at an offset. */
function whatIfLink(utf16: number, id: number): string {
  const given = encodeURIComponent(JSON.stringify([{ utf16, id }]));
  return `[what if](command:${WHAT_IF}?${given})`;
}

/** Probability and surprisal in words. */
function odds(logprob: number): [string, string] {
  return [formatPercent(logprob), formatBits(-logprob)];
}
