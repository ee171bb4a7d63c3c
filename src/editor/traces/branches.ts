// The branches of traces as a tree: each is a text with another token than the text that it was made from.
import { TraceText } from '../../core/traces/traceText';

export interface Branch {
  /** The oldest are dropped, so an index would not last. */
  readonly id: string;
  /** The text that it branches from: of a trace, or of another branch. */
  readonly from: string;
  readonly question: string;
  /** What the model wrote. */
  readonly text: string;
  readonly target?: string;
  /** For people: the token, and the result of the rollouts. */
  readonly name: string;
  /** Address of the trace's document; branches of earlier versions lack it. */
  readonly trace?: string;
}

export function textOf({ question, text }: Pick<Branch, 'question' | 'text'>): TraceText {
  return TraceText.shown(question ? { question, text } : { text });
}

/** The branch that a branch was made from; undefined where that is a trace. */
export function parentOf(all: readonly Branch[], branch: Branch): Branch | undefined {
  // A branch that comes to the trace's own text is not its own parent.
  return all.find(other => other.id !== branch.id && textOf(other).text === branch.from);
}

/** The text of the trace at the root of a branch's tree. */
export function rootOf(all: readonly Branch[], branch: Branch): string {
  const seen = new Set([branch.id]);
  let first = branch;
  for (let next = parentOf(all, first); next && !seen.has(next.id); next = parentOf(all, first)) {
    seen.add(next.id);
    first = next;
  }
  return first.from;
}

/** The branches of a text, and theirs in turn, each once. */
export function branchesBelow(
  all: readonly Branch[],
  from: string,
): { branch: Branch; depth: number }[] {
  // Two branches may have the same text.
  const seen = new Set<string>();
  const below = (text: string, depth: number): { branch: Branch; depth: number }[] => {
    if (seen.has(text)) return [];
    seen.add(text);
    return all
      .filter(branch => branch.from === text)
      .flatMap(branch => [{ branch, depth }, ...below(textOf(branch).text, depth + 1)]);
  };
  return below(from, 0);
}
