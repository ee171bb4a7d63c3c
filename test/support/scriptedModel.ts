// A model that samples what a test writes: its tokens are bytes, and one more ends a text.
import type { Model } from '../../src/engine/models/model';
import type { Sampling } from '../../src/core/traces/drawToken';

const END = 256;

interface Rule extends Sampling {
  readonly maxTokens: number;
  readonly seeds: Uint32Array;
}

export interface Asked {
  readonly prefix: string;
  readonly rule: Rule;
}

/** `write` gives the continuations of a prefix, in turn; one that ends with `…` is cut before its end. */
export function scriptedModel(write: (prefix: string) => readonly string[]): {
  readonly model: Model;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const model = {
    info: { name: 'scripted', contextTokens: 4096 },
    tokenizer: { bytesOf: (id: number) => Uint8Array.of(id) },
    checkEnds() {},
    endsText: (id: number) => id === END,
    sample(tokens: readonly number[], rule: Rule): Promise<Uint32Array[]> {
      const prefix = Buffer.from(tokens).toString();
      asked.push({ prefix, rule });
      const texts = write(prefix);
      return Promise.resolve(
        Array.from(rule.seeds, (_, i) => {
          const text = texts[i % texts.length]!;
          const isCut = text.endsWith('…');
          const bytes = Buffer.from(isCut ? text.slice(0, -1) : text);
          return Uint32Array.from(isCut ? bytes : [...bytes, END]);
        }),
      );
    },
  };
  return { model: model as unknown as Model, asked };
}

export function tokensOf(text: string): number[] {
  return [...Buffer.from(text)];
}
