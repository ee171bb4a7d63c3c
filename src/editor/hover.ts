// What the mouse finds on a token: the token itself, what the model thought of it, and what it expected.
import { languages, MarkdownString, type Disposable, Hover } from 'vscode';
import type { Lens } from '../core/lenses';
import { bitsOf, hexOf, percentOf } from '../core/odds';
import type { Scores } from '../core/scores';
import { spell } from '../core/spell';
import { contrastScore, ratioOf } from '../core/traces/contrast';
import type { TokenView } from '../protocol/engine';
import type { Engine } from './engine';
import { featuresHover } from './features/featureHover';
import type { Features } from './features/features';
import type { Inspection } from './inspection';
import type { OverlayState } from './overlayState';
import { plain } from './plain';
import { isInspectable, rangeOf } from './visible';

/** Alternatives in a hover, which should need no scrolling; the inspector lists them all. */
const LISTED = 5;

export function registerHover(
  engine: Engine,
  inspection: Inspection,
  state: OverlayState,
  features: Features,
  onError: (error: unknown) => void,
): Disposable {
  return languages.registerHoverProvider(
    { pattern: '**' },
    {
      async provideHover(document, position) {
        if (!state.isOn || !isInspectable(document) || engine.state.kind === 'failed') return;
        const utf16Start = document.offsetAt(position);
        try {
          const answer = await inspection.view(
            document,
            { utf16Start, utf16End: utf16Start + 1 },
            { details: 'alternatives' },
          );
          const { view, version } = answer;
          if (version !== document.version || view.ids.length === 0) return;
          const model = engine.state.kind === 'ready' ? engine.state.model.name : '';
          const range = rangeOf(document, {
            utf16Start: view.utf16Starts[0]!,
            utf16End: view.utf16Ends.at(-1)!,
          });
          const { second } = engine;
          const names = { model, second: second?.name ?? '' };
          const contents = Array.from(view.ids, (_, row) => describe(view, row, names, state.lens));
          if (state.lens.needsFeatures) {
            const found = await featuresHover(features, document, utf16Start);
            if (found) contents.unshift(found);
          }
          if (second) {
            const at = { utf16Start, utf16End: utf16Start + 1 };
            const other = await inspection.view(document, at, { details: 'bytes', second: true });
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

function describe(
  view: TokenView,
  row: number,
  { model, second }: { model: string; second: string },
  lens: Lens,
): MarkdownString {
  const markdown = new MarkdownString();
  const bytes = view.bytes![row]!;
  markdown.appendMarkdown(
    `**${plain(spell(bytes))}** — token ${view.first + row + 1} of ${view.total}, id ${view.ids[row]}\n\n` +
      `bytes \`${hexOf(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}` +
      `${view.normalized?.[row] ? ' (normalised: the file has other bytes here)' : ''}\n\n`,
  );
  if (lens.comparesPair) markdown.appendMarkdown(contrastLines(view, row));
  if (lens.per === 'character') markdown.appendMarkdown(byteLines(view, row, second));
  if (view.scores) markdown.appendMarkdown(scoreLines(view, view.scores, row, model));
  return markdown;
}

/** What the pair says of the token, as the sum that it is. */
function contrastLines({ scores, pair }: TokenView, row: number): string {
  const contrast = scores?.contrast;
  const known = contrast && {
    positive: contrast.positive[row]!,
    negative: contrast.negative[row]!,
    divergence: contrast.divergences[row]!,
  };
  if (!pair || !known || Number.isNaN(known.positive)) return 'The pair has not scored it yet.\n\n';
  const rows: [string, number][] = [
    ['surprisal under the positive model', -known.positive],
    ['the negative model likes it more by', ratioOf(known)],
    ['how far the two part at this place', known.divergence],
    ['**together: contrast**', contrastScore(known)],
  ];
  const lines = rows.map(([what, nats]) => `| ${what} | ${bitsOf(nats)} |`);
  return (
    `${plain(pair.positive)} against ${plain(pair.negative)}\n\n` +
    `|  |  |\n|:--|--:|\n${lines.join('\n')}\n\n` +
    'High: the pair points here. Whether the token decides the answer, only rollouts tell.\n\n'
  );
}

/** Each byte with its surprisal, and their sum beside the token's. */
function byteLines(view: TokenView, row: number, second: string): string {
  const { byteBits, secondByteBits, bytes, scores } = view;
  const bits = byteBits?.[row];
  if (!bits || bits.some(Number.isNaN)) return 'Its bytes are not scored yet.\n\n';
  const names = Array.from(bytes![row]!, byte => plain(spell(Uint8Array.of(byte))));
  const cells = (name: string, bits: Float64Array) =>
    `| ${[name, ...Array.from(bits, value => value.toFixed(2))].join(' | ')} |\n`;
  const others = secondByteBits?.[row];
  const secondRow =
    others && !others.some(Number.isNaN) ? cells(`${plain(second)}, bits`, others) : '';
  const sum = bits.reduce((total, value) => total + value, 0).toFixed(2);
  const token = scores && scores.ranks[row]! > 0 ? bitsOf(-scores.logprobs[row]!) : 'not known';
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
      `**${plain(spell(bytes))}** — token ${view.first + row + 1} of ${view.total}, id ${id}, ` +
      `bytes \`${hexOf(bytes)}\` at ${view.byteStarts[row]}–${view.byteEnds[row]}`
    );
  });
  return new MarkdownString(`${plain(name)}: ${tokens.join('  \n')}`);
}

function scoreLines(view: TokenView, scores: Scores, row: number, model: string): string {
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
    const name = plain(spell(view.topBytes![row]![i]!));
    const cells = [
      i + 1,
      id === actual ? `**${name}** ✓` : name,
      ...odds(scores.topLogprobs[row * k + i]!),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  if (!ids.includes(actual)) {
    const name = plain(spell(view.bytes![row]!));
    lines.push(`| ${[rank, `**${name}** ✓`, ...odds(logprob)].join(' | ')} |`);
  }
  return (
    `${odds(logprob).join(' = ')}, rank ${rank}; entropy before it ${bitsOf(scores.entropiesNats[row]!)}\n\n` +
    `| rank | token | probability | surprisal |\n|--:|:--|--:|--:|\n${lines.join('\n')}\n\n` +
    `${plain(model)}, after ${scores.contexts[row]} tokens of context`
  );
}

/** Probability and surprisal in words. */
function odds(logprob: number): [string, string] {
  return [percentOf(logprob), bitsOf(-logprob)];
}
