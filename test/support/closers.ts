// Places in code with the cursor before closers that an editor wrote by itself (`training/coder/closers.py` makes them),
// and whether accepting a completion there leaves the file balanced.
import { completeAt } from '../../src/engine/completion/completer';
import type { Model } from '../../src/engine/models/model';
import type { CompletionItem, CompletionOptions } from '../../src/protocol/completion';

export interface CloserPlace {
  readonly lang: 'typescript' | 'javascript' | 'python';
  readonly package: string;
  readonly path: string;
  readonly before: string;
  /** What the editor wrote after the cursor. */
  readonly closers: string;
  /** What the line really goes on with; it takes the place of the closers. */
  readonly truth: string;
  readonly after: string;
}

/** The file before accepting. */
export function textOf({ before, closers, after }: CloserPlace): string {
  return before + closers + after;
}

/** As the editor asks, without its limit of time. */
export const EDITOR_OPTIONS: CompletionOptions = {
  healings: ['exact'],
  mode: 'auto',
  rollback: 'auto',
  suffixFrom: 'auto',
  contextTokens: 512,
  maxTokens: 48,
  maxTimeMs: Infinity,
  singleLine: true,
  minProbability: 0.05,
  candidates: 1,
  temperature: 0,
  topP: 1,
  seed: 1,
  language: '',
  except: [],
  drafts: true,
  alternatives: 0,
  logprobs: false,
};

export interface Accepted {
  readonly place: CloserPlace;
  readonly item: CompletionItem;
  /** The file before and after accepting. */
  readonly text: string;
  readonly result: string;
  /** Without what only closes what the completion opens. */
  readonly written: string;
  readonly ms: number;
  readonly modelTokens: number;
}

/** Without what only closes what the completion opens. */
export function writtenOf({ insert, closes }: CompletionItem): string {
  return insert.slice(0, insert.length - closes.length);
}

export async function acceptAt(
  model: Model,
  place: CloserPlace,
  options: Partial<CompletionOptions> = {},
): Promise<Accepted> {
  const { before, lang } = place;
  const text = textOf(place);
  const own = { ...EDITOR_OPTIONS, language: lang, ...options };
  const view = await completeAt(model, text, before.length, own, new AbortController().signal);
  const item = view.items[0]!;
  const rest = text.slice(before.length + item.replaces);
  const { ms, modelTokens } = view;
  const accepted = {
    result: before + item.insert + rest,
    written: before + writtenOf(item) + rest,
  };
  return { place, item, text, ...accepted, ms, modelTokens };
}
