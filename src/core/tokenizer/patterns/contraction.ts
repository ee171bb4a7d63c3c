import { APOSTROPHE } from '../../text/characters';

/** Length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `from`, in text[from, to), or 0. */
export function contraction(text: string, from: number, to: number, anyCase: boolean): number {
  if (from + 1 >= to || text.charCodeAt(from) !== APOSTROPHE) return 0;
  const fold = (at: number) => {
    if (at >= to) return '';
    const letter = text[at]!;
    if (!anyCase) return letter;
    // The long s is the only non-ASCII character that case-folds to one of these letters.
    if (letter === '\u017f') return 's';
    return letter >= 'A' && letter <= 'Z' ? letter.toLowerCase() : letter;
  };
  const first = fold(from + 1);
  if (first === 's' || first === 't' || first === 'm' || first === 'd') return 2;
  const second = fold(from + 2);
  if (first === 'l') return second === 'l' ? 3 : 0;
  return (first === 'r' || first === 'v') && second === 'e' ? 3 : 0;
}
