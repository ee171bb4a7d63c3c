// The normalizers of a tokenizer.json by their types.
import { quoted } from './json';
import { refusal, type Step } from './steps';
import { toNfc, type Rewrite } from './rewrite';

const known: Record<string, (step: Step) => Rewrite> = {
  NFC: () => toNfc,
};

export function normalizersOf(steps: readonly Step[]): Rewrite[] {
  return steps.map(step => {
    const make = known[step.type];
    if (make) return make(step);
    const names = Object.keys(known).join(', ');
    throw refusal('normalizer', `is ${quoted(step.type)}: only ${names} are supported`);
  });
}
