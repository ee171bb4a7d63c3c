// Single steps by which text is rewritten before it is cut and merged.
import { changesByNfc } from './normalize';
import type { Stretch } from './spans';

/** What a step changes in a text, in order; what lies between the stretches stays as it is. */
export type Rewrite = (text: string) => Stretch[];

export const toNfc: Rewrite = changesByNfc;

/** Nothing is put before an empty text. */
export function prepend(prefix: string): Rewrite {
  return text => (text === '' ? [] : [{ start: 0, end: 0, text: prefix }]);
}

export function replaceAll(content: string, by: string): Rewrite {
  return text => {
    const stretches: Stretch[] = [];
    for (let at = text.indexOf(content); at >= 0;) {
      const end = at + content.length;
      stretches.push({ start: at, end, text: by });
      at = text.indexOf(content, end);
    }
    return stretches;
  };
}

/** What a pre_tokenizer changes in a stretch between added tokens; `isFirst` where the text begins with it. */
export type Respell = (text: string, isFirst: boolean) => Stretch[];
