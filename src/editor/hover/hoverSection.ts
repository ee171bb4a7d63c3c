// What a section of the hover is given, and what sections share.
import type { MarkdownString } from 'vscode';
import type { Explanation, Lens } from '../../core/lenses/lens';
import { formatBits, formatPercent } from '../../core/format';
import type { TokenView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Engine } from '../engine/engineClient';
import type { EngineQueries } from '../engine/engineQueries';
import type { Autoencoder } from '../features/autoencoder';
import type { TextAt } from '../overlay/textSource';
import { escapeMarkdown } from '../ui/escapeMarkdown';

export interface HoverContext {
  readonly lens: Lens;
  readonly place: TextAt;
  /** The tokens under the mouse. */
  readonly view: TokenView;
  /** Of a trace: the index of the first token that a model wrote, from which its tokens are counted. Else 0. */
  readonly firstToken: number;
  /** The character under the mouse, in the offsets of the text. */
  readonly at: Range16;
  readonly engine: Engine;
  readonly queries: EngineQueries;
  readonly autoencoder: Autoencoder;
  /** Aborted when the hover is left. */
  readonly signal: AbortSignal;
  /** Whether another token can be tried in the token's place. */
  readonly canBranch: boolean;
}

/** Empty where it has nothing to say. */
export type HoverSection = (
  context: HoverContext,
) => readonly MarkdownString[] | Promise<readonly MarkdownString[]>;

/** The lens's own number in bold, and what it is made of, as Markdown; empty where nothing is known. */
export function explanationLines(rows: readonly Explanation[]): string {
  const [own, ...parts] = rows.map(({ name, value }) => [
    escapeMarkdown(name),
    escapeMarkdown(value),
  ]);
  if (!own) return '';
  if (parts.length === 0) return `${own[0]}: **${own[1]}**\n\n`;
  const lines = [`| **${own[0]}** | **${own[1]}** |`, ...parts.map(([n, v]) => `| ${n} | ${v} |`)];
  return `|  |  |\n|:--|--:|\n${lines.join('\n')}\n\n`;
}

/** Probability and surprisal of a log-probability in nats, as table cells. */
export function probabilityCells(logprob: number): [string, string] {
  return [formatPercent(logprob), formatBits(-logprob)];
}
