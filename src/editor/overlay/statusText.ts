// The words of the status item: plain values in, plain words out. The tooltip is the legend, as Markdown.
import { describeProof, totalsOf } from '../../core/exactBytes/byteProof';
import { formatCount, formatProgress } from '../../core/format';
import { lensWords } from '../../core/layers/lensWords';
import { needsModel, type Lens } from '../../core/lenses/lens';
import type { TokenCount } from '../../protocol/compare';
import type { ByteProof } from '../../protocol/scores';
import type { Refusal } from '../../protocol/types';
import type { PassRefusal } from '../engine/scoringPasses';
import type { EngineStatus } from '../engine/engineClient';
import { escapeMarkdown } from '../ui/escapeMarkdown';
import { plainText } from '../ui/plainText';
import { legendMarkdown } from './legendMarkdown';

const ASKED_AGAIN =
  'The server is asked again after an edit or a scroll, or when the overlay is turned on again.';

/** A blank as wide as a digit. */
const FIGURE_SPACE = '\u2007';

export interface CountedTokens {
  readonly count: TokenCount;
  readonly hasSelection: boolean;
  /** Name of the second tokenizer. */
  readonly second?: string | undefined;
}

export interface StatusState {
  readonly isOn: boolean;
  readonly lens: Lens;
  readonly engine: EngineStatus;
  /** Of the active document, once they are counted. */
  readonly counted?: CountedTokens | undefined;
  /** Of the trace at the cursor, if the numbers of its file are shown. */
  readonly saved?: { readonly source: string; readonly tokens: number } | undefined;
  /** Of the weights of the model that is being opened, in bytes, where they have to be written first. */
  readonly preparing?: { readonly done: number; readonly all: number } | undefined;
  /** Of the passes over the active document, while they run. */
  readonly progress?: { readonly scored: number; readonly total: number } | undefined;
  /** The proof of the active document's bytes, or why passes over it were refused. */
  readonly note?: ByteProof | PassRefusal | undefined;
  /** Why there is no autoencoder; undefined if there is one, or if it is not opened yet. */
  readonly noAutoencoder?: string | undefined;
  /** What was sent to the server whose model is open; empty where none is. */
  readonly sent?: string;
  /** Numbers of the pinned features. */
  readonly pins: readonly number[];
}

export interface StatusView {
  readonly text: string;
  /** Plain text, or with a legend Markdown with HTML. */
  readonly tooltip: string;
  readonly hasLegend: boolean;
  readonly severity: 'none' | 'warning' | 'error';
  /** The text without its icons. */
  readonly accessibleLabel: string;
}

export function statusOf(state: StatusState): StatusView {
  const { isOn, lens, engine } = state;
  if (!isOn) {
    const tooltip = `Turn on the Tokenscope overlay: ${lens.title.toLowerCase()}.`;
    return viewOf('$(eye-closed) Tokenscope', tooltip);
  }
  if (engine.kind === 'failed') {
    return viewOf('$(error) Tokenscope', plainText(engine.message), 'error');
  }
  // It is started by the first text that is shown.
  if (engine.kind === 'stopped') return viewOf(`$(eye) Tokenscope · ${lens.title}`, lens.title);
  if (engine.kind !== 'ready') {
    const { preparing } = state;
    const share = preparing ? ` ${formatProgress(preparing.done, preparing.all)}` : '';
    return viewOf(`$(loading~spin) Tokenscope: opening the model${share}`, lens.title);
  }
  const warnings = warningsOf(engine);
  const hasWarnings = warnings.length > 0;
  const { name } = engine.model;
  const parts = [
    // Numbers of a file are no model's that is open.
    `${hasWarnings ? '$(warning)' : '$(eye)'} ${state.saved ? 'numbers saved in the file' : plainText(name)}`,
    lens.title,
    ...partsOf(state),
  ];
  const tooltip = [
    legendMarkdown(lens, warnings, state.pins.map(nameOfPin)),
    ...explanations(state, name).map(escapeMarkdown),
  ];
  const view = viewOf(parts.join(' · '), tooltip.join('\n\n'), hasWarnings ? 'warning' : 'none');
  return { ...view, hasLegend: true };
}

function viewOf(
  text: string,
  tooltip: string,
  severity: StatusView['severity'] = 'none',
): StatusView {
  const accessibleLabel = text.replace(/\$\([^)]*\)/g, '').trim();
  return { text, tooltip, hasLegend: false, severity, accessibleLabel };
}

function warningsOf({ model, secondProblem }: Extract<EngineStatus, { kind: 'ready' }>): string[] {
  return [...model.warnings, secondProblem].filter(Boolean);
}

/** What follows the lens's title. */
function partsOf(state: StatusState) {
  const { lens, saved, counted, progress, noAutoencoder } = state;
  const note = noteOf(state);
  const isOfOne = lens.needs.includes('bytes') && !lens.needs.includes('secondBytes');
  const mayBeElsewhere = isOfOne && modelOf(state)?.scores !== false;
  return [
    saved ? `${formatCount(saved.tokens)} tokens` : counted ? countText(counted) : '',
    progress && progress.total > 0 ? progressText(progress) : '',
    note && 'refused' in note ? (mayBeElsewhere ? 'not exact here' : 'not shown') : '',
    lens.needs.includes('features') && noAutoencoder ? 'no autoencoder' : '',
  ].filter(Boolean);
}

/** What follows the legend. */
function explanations(state: StatusState, model: string): string[] {
  const { lens, saved, noAutoencoder, pins, sent } = state;
  const note = noteOf(state);
  const all: string[] = [];
  if (saved) {
    all.push(
      `T0: these numbers are from the file (${saved.source}), not from ${model}. Run "Tokenscope: Toggle Saved/Re-Scored Log-Probabilities" to score the trace with the open model.`,
    );
  }
  const opened = modelOf(state);
  if (lens.needs.includes('exitDepth') && opened?.scores)
    all.push(`Read by ${lensWords(opened.tunedLens)}.`);
  if (lens.needs.includes('features') && noAutoencoder) all.push(noAutoencoder);
  if (lens.scale.kind === 'channels' && !lens.scale.names && pins.length === 0) {
    all.push('No feature is pinned. Pin one with "Tokenscope: Pin Feature…".');
  }
  if (note) {
    all.push('refused' in note ? `Not shown: ${note.refused}.` : describeProof(totalsOf(note)));
  }
  if (note && note === state.note && 'refused' in note && sent) all.push(ASKED_AGAIN);
  if (sent) all.push(sent);
  return all;
}

/** What proves or refuses what the lens shows. */
function noteOf(state: StatusState): ByteProof | Refusal | undefined {
  const { lens, saved, note } = state;
  const model = modelOf(state);
  if (model?.scores === false && needsModel(lens) && !saved) {
    return {
      refused: `${model.name} cannot score a text, ${model.scoresMissing}: the lenses tokens, digit groups, over-segmentation, chunks and units need no model, and the delete gate has its own`,
    };
  }
  const lack = lens.column && !saved && model?.lacks?.[lens.column];
  if (lack) return { refused: lack };
  // That of another lens may still be there.
  const isOwn =
    note &&
    ('refused' in note ? note.passes.join() === lens.needs.join() : lens.needs.includes('bytes'));
  return isOwn ? note : undefined;
}

function modelOf({ engine }: StatusState) {
  return engine.kind === 'ready' ? engine.model : undefined;
}

function countText({ count, hasSelection, second }: CountedTokens): string {
  const words = (counted: { document: number; ranges: number }) => {
    const all = `${formatCount(counted.document)} tokens`;
    return hasSelection ? `${formatCount(counted.ranges)} of ${all}` : all;
  };
  if (!second || !count.second) return words(count);
  return `${words(count)} · ${plainText(second)}: ${words(count.second)}`;
}

/** As wide for every number, so that what stands beside it does not move. */
function progressText({ scored, total }: { scored: number; total: number }): string {
  return `scoring ${formatProgress(scored, total).padStart(5, FIGURE_SPACE)}`;
}

function nameOfPin(feature: number): string {
  return `feature ${feature}`;
}
