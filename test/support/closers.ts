// Places in code with the cursor before closers that an editor wrote by itself (`training/coder/closers.py` makes them),
// and whether accepting a completion there leaves the file balanced.
import { createScanner } from 'typescript/unstable/ast/scanner';
import { SyntaxKind } from 'typescript/unstable/ast';
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

const OPEN: ReadonlyMap<SyntaxKind, SyntaxKind> = new Map([
  [SyntaxKind.OpenParenToken, SyntaxKind.CloseParenToken],
  [SyntaxKind.OpenBracketToken, SyntaxKind.CloseBracketToken],
  [SyntaxKind.OpenBraceToken, SyntaxKind.CloseBraceToken],
  [SyntaxKind.TemplateHead, SyntaxKind.TemplateTail],
]);
const CLOSE = new Set(OPEN.values());

/** Whether TypeScript's scanner finds all brackets, strings and comments of a script closed. */
export function isScriptBalanced(text: string): boolean {
  const scanner = createScanner(true, undefined, text);
  const due: SyntaxKind[] = [];
  let last = SyntaxKind.Unknown;
  for (;;) {
    let token = scanner.scan();
    const isSlash = token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken;
    if (isSlash && !endsExpression(last)) token = scanner.reScanSlashToken();
    const isTemplate = due.at(-1) === SyntaxKind.TemplateTail;
    if (token === SyntaxKind.CloseBraceToken && isTemplate)
      token = scanner.reScanTemplateToken(false);
    if (scanner.isUnterminated()) return false;
    if (token === SyntaxKind.EndOfFile) return due.length === 0;
    const closer = OPEN.get(token);
    if (closer !== undefined) due.push(closer);
    else if (CLOSE.has(token) && due.pop() !== token) return false;
    last = token;
  }
}

/** Whether a slash after the token divides. */
function endsExpression(token: SyntaxKind): boolean {
  return (
    token === SyntaxKind.Identifier ||
    token === SyntaxKind.NumericLiteral ||
    token === SyntaxKind.StringLiteral ||
    token === SyntaxKind.NoSubstitutionTemplateLiteral ||
    token === SyntaxKind.TemplateTail ||
    token === SyntaxKind.CloseParenToken ||
    token === SyntaxKind.CloseBracketToken ||
    token === SyntaxKind.CloseBraceToken ||
    token === SyntaxKind.ThisKeyword
  );
}
