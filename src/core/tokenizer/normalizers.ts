// The normalizers of a tokenizer.json by their types.
import { isObject, quoted } from './json';
import { normalization, toNfc } from './normalize';
import { lowercase, prepend, replaceAll, strip, stripAccents, type Rewrite } from './rewrite';
import { refusal, type Step } from './steps';

const known: Record<string, (step: Step) => Rewrite> = {
  NFC: () => toNfc,
  NFD: () => normalization('NFD'),
  NFKC: () => normalization('NFKC'),
  NFKD: () => normalization('NFKD'),
  Lowercase: () => lowercase,
  Strip: ({ strip_left, strip_right }) => strip(strip_left === true, strip_right === true),
  StripAccents: stripAccents,
  Prepend: ({ prepend: prefix }) => prepend(string(prefix, 'Prepend.prepend')),
  Replace: ({ pattern, content }) => {
    const found = isObject(pattern) ? pattern.String : undefined;
    if (typeof found !== 'string' || found === '') {
      throw refusal(
        'normalizer.Replace.pattern',
        `is ${quoted(pattern)}: only strings are supported`,
      );
    }
    return replaceAll(found, string(content, 'Replace.content'));
  },
};

export function normalizersOf(steps: readonly Step[]): Rewrite[] {
  return steps.map(step => {
    if (Object.hasOwn(known, step.type)) return known[step.type]!(step);
    const names = Object.keys(known).join(', ');
    throw refusal('normalizer', `is ${quoted(step.type)}: only ${names} are supported`);
  });
}

function string(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw refusal(`normalizer.${field}`, `is ${quoted(value)}, not a string`);
}
