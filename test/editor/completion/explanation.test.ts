// The page that explains a completion is plain text, whatever the model wrote.
import { expect, test } from 'vitest';
import { explainCompletion } from '../../../src/editor/completion/explanation';
import type { Shown } from '../../../src/editor/completion/completionProvider';
import type { CompletionView } from '../../../src/protocol/completion';

const bytes = (text: string) => new TextEncoder().encode(text);

const VIEW: CompletionView = {
  items: [
    {
      insert: 'ount(`**x**`\u001b[31m)',
      replaces: 0,
      closes: '',
      logprob: Math.log(0.25),
      stopReason: 'line',
      tokens: [
        {
          id: 5,
          bytes: bytes('Count'),
          logprob: Math.log(0.5),
          top: [
            { id: 5, bytes: bytes('Count'), logprob: Math.log(0.5) },
            { id: 6, bytes: bytes('\u001b'), logprob: Math.log(0.0012) },
          ],
        },
        { id: 9, bytes: bytes('(`**x**`\u001b[31m)\n'), logprob: Math.log(0.5), top: [] },
      ],
    },
  ],
  mode: 'spm',
  format: 'tokenscope.json',
  healing: 'exact',
  inexact: '',
  rolledBack: bytes('C'),
  rolledForward: bytes(''),
  promptTokens: 40,
  rememberedTokens: 30,
  modelTokens: 14,
  ms: 12.4,
  seen: { before: 20, after: 3 },
  prompt: '<|fim_prefix|>\nfoo',
};
const SHOWN: Shown = {
  name: 'a.ts',
  line: 2,
  column: 8,
  text: 'x\nlet wordC;\n',
  at: 11,
  options: { temperature: 0 } as Shown['options'],
  view: VIEW,
};

test('says what the model did, and what other healings make of the place', () => {
  const none: CompletionView = { ...VIEW, healing: 'none', rolledBack: bytes(''), items: [] };
  const lines = explainCompletion(SHOWN, [VIEW, none]).split('\n');
  expect(lines[0]).toBe('a.ts, line 2, column 8');
  const line = (start: string) => lines.find(line => line.startsWith(start));
  expect(line('let wordC')).toContain('⟦ount(');
  expect(line('handed back')).toMatch(/C \(1 byte\): the model wrote it again/);
  expect(line('probability')).toContain('25 %');
  expect(line('cost')).toMatch(/12 ms; 14 tokens .* 40 it remembered 30/);
  expect(line('Count')).toMatch(/ 50 %  █{6} .*⟨U\+001B⟩ 0\.12 %/);
  expect(line('none ')).toMatch(/0 bytes back .*\(nothing\)/);
  expect(lines.join('\n')).toContain('<|fim_prefix|>\nfoo');
});

test('says when the text after the cursor is not seen, and why healing is not exact', () => {
  const view: CompletionView = { ...VIEW, mode: 'none', healing: 'one-token', inexact: 'no BPE' };
  const page = explainCompletion({ ...SHOWN, view }, []);
  expect(page).toMatch(/the text after it is not seen/);
  expect(page).toMatch(/not exact +no BPE/);
  expect(page).toMatch(/probability +not known exactly/);
});
