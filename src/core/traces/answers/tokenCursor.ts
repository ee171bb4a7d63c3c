// A place among the tokens of an answer.
import { Unreadable } from './fraction';
import type { Token } from './latexTokens';

const CLOSERS = new Set([')', ']', '}', '\\}', '&', '\\\\']);

export class TokenCursor {
  protected at = 0;

  constructor(protected readonly tokens: Token[]) {}

  protected next(): Token | undefined {
    return this.tokens[this.at];
  }

  protected take(): Token {
    const next = this.tokens[this.at++];
    if (!next) throw new Unreadable('it ends early');
    return next;
  }

  protected is(...signs: string[]): boolean {
    const next = this.next();
    return next?.kind === 'sign' && signs.includes(next.text);
  }

  protected takes(...signs: string[]): boolean {
    const found = this.is(...signs);
    if (found) this.at++;
    return found;
  }

  protected isCloser({ kind, text }: Token): boolean {
    return kind === 'sign' && (CLOSERS.has(text) || text.startsWith('end:'));
  }

  /** '' without one. */
  protected subscript(): string {
    if (!this.takes('_')) return '';
    if (!this.takes('{')) return `_${this.take().text}`;
    const names: string[] = [];
    while (!this.takes('}')) names.push(this.take().text);
    return `_${names.join('')}`;
  }
}
