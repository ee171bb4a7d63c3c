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
  expect(line(0)).toMatch(/^model +coder,chosen by +always the most likely token$/);
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

test('the facts are in their order, each once', () => {
  const factsOf = (view: Partial<CompletionView>) => {
    const page = explainCompletion({ ...SHOWN, view: { ...VIEW, ...view } }, []);
    return page
      .split('\n\n')[2]!
      .split('\n')
      .map(line => line.split(/ {2,}/)[0]);
  };
  const usual = [
    'model',
    'form',
    'healing',
    'rolled back',
    'stopped',
    'probability',
    'cost',
    'chosen by',
  ];
  expect(factsOf({})).toEqual(usual);
  expect(factsOf({ inexact: 'no BPE', rolledForward: bytes('x') })).toEqual([
    'model',
    'form',
    'healing',
    'not exact',
    'rolled back',
    'rolled forward',
    ...usual.slice(4),
  ]);
});

test('each way of healing and of stopping has words of its own', () => {
  const lineOf = (start: string, view: Partial<CompletionView>) =>
    explainCompletion({ ...SHOWN, view: { ...VIEW, ...view } }, [])
      .split('\n')
      .find(line => line.startsWith(start))!;
  const healings = (['exact', 'one-token', 'none'] as const).map(healing =>
    lineOf('healing', { healing }),
  );
  expect(healings.map(line => /healing +(exact|one token|none): \S/.exec(line)?.[1])).toEqual([
    'exact',
    'one token',
    'none',
  ]);
  const [item] = VIEW.items as [CompletionView['items'][0]];
  const reasons = [
    'end',
    'line',
    'join',
    'balance',
    'tokens',
    'time',
    'unsure',
    'nothing',
  ] as const;
  const stops = reasons.map(stopReason => lineOf('stopped', { items: [{ ...item, stopReason }] }));
  expect(new Set(stops).size).toBe(reasons.length);
  for (const stop of stops) expect(stop).toMatch(/^stopped +\S+ \S+/);
});

test('three other tokens beside each, never itself, and the healings in a table', () => {
  const [item] = VIEW.items as [CompletionView['items'][0]];
  const other = (id: number) => ({ id, bytes: bytes(`t${id}`), logprob: Math.log(0.1) });
  const tokens = [{ ...item.tokens[0]!, top: [1, 5, 2, 3, 4].map(other) }];
  const view = { ...VIEW, items: [{ ...item, tokens }] };
  const page = explainCompletion({ ...SHOWN, view }, [view]);
  expect(page).toMatch(/t1 10 % {3}t2 10 % {3}t3 10 %/);
  expect(page).not.toMatch(/t[45] /);
  const one: CompletionView = { ...VIEW, healing: 'one-token', rolledBack: bytes('word') };
  const table = explainCompletion(SHOWN, [VIEW, one]).split('\n\n').at(-3)!;
  expect(table.split('\n').map(line => line.trim().split(/ {2,}/).slice(0, 4))).toEqual([
    ['The same place with each healing'],
    ['exact', '1 byte back', '14 tokens', '12 ms'],
    ['one-token', '4 bytes back', '14 tokens', '12 ms'],
    ['(run again just now, one after the other, with the prompt cached)'],
  ]);
});

test('without a prompt there is no section of it', () => {
  const { prompt: _, ...unseen } = VIEW;
  expect(explainCompletion(SHOWN, [VIEW])).toContain(
    'The prompt, 40 tokens, up to where the model continues\n\n<|fim_prefix|>\nfoo\n',
  );
  expect(explainCompletion(SHOWN, [unseen])).toMatch(/\n\(run again just now, .*\)\n$/);
  expect(explainCompletion(SHOWN, [])).not.toContain('The tokens of this completion');
});
