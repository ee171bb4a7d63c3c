// Servers that take and give texts in place of ids: the text of our tokens, and whether a text is that of a token.
import { encodeUtf8 } from '../core/text/utf8';
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import type { RowChecks } from './checkRows';

export class TokenTexts {
  private byText: Map<string, number> | undefined;

  constructor(private readonly tokenizer: Tokenizer) {}

  /** Whether it is a token that no text has, as the one that models are given before a text. */
  isStart(id: number): boolean {
    return this.tokenizer.isSpecial(id);
  }

  /** Undefined where the tokens end or begin inside a character: then no text stands for them. */
  textOf(ids: Uint32Array): string | undefined {
    const bytes = Buffer.concat(Array.from(ids, id => this.tokenizer.bytesOf(id)));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }

  /** The text of a window, and how many tokens before it the server puts there itself. Throws `UserError`. */
  windowOf(ids: Uint32Array, checks: Pick<RowChecks, 'wrong'>): { text: string; lead: number } {
    const lead = this.isStart(ids[0]!) ? 1 : 0;
    const text = this.textOf(ids.subarray(lead));
    if (text !== undefined) return { text, lead };
    throw checks.wrong('it accepts only text, and this window begins or ends inside a character');
  }

  /** A piece of a character has no text of its own: whatever stands for one fits. */
  fits(id: number, text: string): boolean {
    const own = this.tokenizer.bytesOf(id);
    const bytes = spelledBytes(text);
    if (bytes) return Buffer.from(own).equals(bytes);
    const plain = Buffer.from(own).toString('utf8');
    return plain === text || (plain.includes('\ufffd') && /^\ufffd*$/.test(text));
  }

  /** Of the only token with this text. */
  idOf(text: string): number | undefined {
    if (!this.byText) {
      this.byText = new Map();
      for (let id = 0; id < this.tokenizer.vocabSize; id++) {
        const bytes = this.tokenizer.bytesOf(id);
        if (bytes.length === 0 || this.tokenizer.isSpecial(id)) continue;
        const key = Buffer.from(bytes).toString('latin1');
        // None where two tokens have one spelling.
        this.byText.set(key, this.byText.has(key) ? -1 : id);
      }
    }
    const bytes = spelledBytes(text) ?? Buffer.from(encodeUtf8(text));
    const id = this.byText.get(bytes.toString('latin1'));
    return id === undefined || id < 0 ? undefined : id;
  }
}

/** Of what is no text alone, as OpenAI writes it: bytes:\xe6\x97. */
export function spelledBytes(text: string): Buffer | undefined {
  const spelled = /^bytes:((?:\\x[0-9a-f]{2})+)$/i.exec(text)?.[1];
  return spelled === undefined ? undefined : Buffer.from(spelled.replaceAll('\\x', ''), 'hex');
}
