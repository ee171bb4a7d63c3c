// The page that explains a completion is plain text, whatever the model wrote.
import { expect, test } from 'vitest';
import { explainCompletion } from '../../../src/editor/completion/explanation';
import type { Shown } from '../../../src/editor/completion/shown';
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
  model: { folder: '/models/coder', name: 'coder' },
  options: { temperature: 0 } as Shown['options'],
  view: VIEW,
};

test('says what the model did, and what other healings make of the place', () => {
  const none: CompletionView = { ...VIEW, healing: 'none', rolledBack: bytes(''), items: [] };
  const lines = explainCompletion(SHOWN, [VIEW, none]).split('\n');
  expect(lines[0]).toBe('a.ts, line 2, column 8');
  const line = (start: string) => lines.find(line => line.startsWith(start));
  expect(line('let wordC')).toContain('⟦ount(');
  expect(line('rolled back')).toMatch(/C \(1 byte\): rewritten by the model/);
  expect(line('probability')).toContain('25 %');
  expect(line('cost')).toMatch(/12 ms; 14 tokens .* 30 of 40 prompt tokens were cached/);
  expect(line('Count')).toMatch(/ 50 %  █{6} .*⟨U\+001B⟩ 0\.12 %/);
  expect(line('none ')).toMatch(/0 bytes back .*\(nothing\)/);
  expect(lines.join('\n')).toContain('<|fim_prefix|>\nfoo');
});

test('says when the text after the cursor is not seen, and why healing is not exact', () => {
  const view: CompletionView = { ...VIEW, mode: 'none', healing: 'one-token', inexact: 'no BPE' };
  const page = explainCompletion({ ...SHOWN, view }, []);
  expect(page).toMatch(/the text after it is not used/);
  expect(page).toMatch(/not exact +no BPE/);
  expect(page).toMatch(/probability +not known exactly/);
});

test('says of each token which part of the completion it is', () => {
  const token = (text: string) => ({ id: 1, bytes: bytes(text), logprob: -1, top: [] });
  const parts = (texts: string[], rolledBack: string, insert: string) => {
    const [item] = VIEW.items;
    const items = [{ ...item!, insert, tokens: texts.map(token) }];
    const view: CompletionView = { ...VIEW, rolledBack: bytes(rolledBack), items };
    const lines = explainCompletion({ ...SHOWN, view }, [view]).split('\n');
    const from = lines.findIndex(line => line.startsWith('token ')) + 1;
    return lines
      .slice(from, from + texts.length)
      .map(line => /rolled back|left out/.exec(line)?.[0]);
  };
  const [back, out, kept] = ['rolled back', 'left out', undefined];
  expect(parts(['wo', 'rd', 'Count', '()', '\n'], 'word', 'Count()')).toEqual([
    back,
    back,
    kept,
    kept,
    out,
  ]);
  // Tokens that are rolled back or left out in part are written.
  expect(parts(['wor', 'dCo', 'unt(', ')\n'], 'word', 'Count(')).toEqual([back, kept, kept, out]);
  expect(parts(['wor', 'dCo', 'unt()'], 'word', 'Count(')).toEqual([back, kept, kept]);
  expect(parts(['a', 'é'], '', 'aé')).toEqual([kept, kept]);
});

test('names the model, and how its token was chosen', () => {
  const line = (temperature: number) => {
    const options = { temperature } as Shown['options'];
    const lines = explainCompletion({ ...SHOWN, options }, [VIEW]).split('\n');
    return lines.filter(line => /^(model|chosen by) /.test(line)).join();
  };
  expect(line(0)).toMatch(/^model +coder,chosen by +the likeliest token$/);
  expect(line(0.5)).toMatch(/sampling at temperature 0\.5$/);
});

test('gives no numbers of another insertion than the one that was shown', () => {
  const [item] = VIEW.items as [CompletionView['items'][0]];
  const others = [
    { ...item, insert: `${item.insert}\nmore` },
    { ...item, replaces: 1 },
    { ...item, stopReason: 'end' as const },
  ];
  for (const other of others) {
    const page = explainCompletion(SHOWN, [{ ...VIEW, items: [other] }]);
    expect(page).toMatch(/^probability +not known exactly$/m);
    expect(page).toMatch(/^The tokens of this completion are not known: when asked again/m);
    expect(page).not.toMatch(/^token +prob\./m);
  }
  // Among several it is the one that was shown.
  const page = explainCompletion(SHOWN, [{ ...VIEW, items: [others[0]!, item] }]);
  expect(page).toMatch(/^probability +25 % of these bytes and the stop$/m);
  expect(page).toMatch(/^token +prob\./m);
  expect(page).not.toMatch(/^Asked again/m);
});

test('shows the rest of the line after what it takes the place of', () => {
  const [item] = VIEW.items as [CompletionView['items'][0]];
  const view = { ...VIEW, items: [{ ...item, insert: 'ount)', replaces: 1 }] };
  const [, , shown] = explainCompletion({ ...SHOWN, text: 'x\nlet wordC);\n', view }, []).split(
    '\n',
  );
  expect(shown).toBe('let wordC⟦ount)⟧;');
});

test('says what was rolled back and forward, and what stopped it', () => {
  const view = { ...VIEW, rolledBack: bytes(''), rolledForward: bytes('x)') };
  const page = explainCompletion({ ...SHOWN, view }, []);
  expect(page).toMatch(/^rolled back +nothing$/m);
  expect(page).toMatch(/^rolled forward +x\) \(2 bytes\): left to the model to write$/m);
  expect(page).toMatch(/^stopped +the line ended$/m);
  expect(page).toMatch(
    /^form +SPM \(tokenscope\.json\): 20 characters before the cursor and 3 after it$/m,
  );
  expect(explainCompletion(SHOWN, [])).not.toMatch(/^rolled forward/m);
});
