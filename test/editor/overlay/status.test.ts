// The status item in every state: what it says, how loudly, and what a screen reader hears.
import { expect, test } from 'vitest';
import type { PassId } from '../../../src/core/lenses/lens';
import { lenses, lensIds, type LensId } from '../../../src/core/lenses/lenses';
import { statusOf, type StatusState } from '../../../src/editor/overlay/statusText';
import type { ByteProof } from '../../../src/protocol/scores';

const MODEL = {
  name: 'coder',
  folder: '/models/coder',
  tokenizer: 'BPE',
  vocabSize: 8192,
  scores: true,
  contextTokens: 2048,
  warnings: [] as string[],
};
const READY = { kind: 'ready', model: MODEL, second: null, secondProblem: '' } as const;
const COUNTED = { count: { document: 12345, ranges: 0 }, hasSelection: false };

/** The words of a tooltip. */
const words = (markdown: string) =>
  markdown
    .replace(/<[^>]*>|\*\*/g, '')
    .replace(/ {2}\n/g, '\n')
    .replaceAll('&nbsp;', ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

function shown(changes: Partial<Omit<StatusState, 'lens'>> & { lens?: LensId } = {}) {
  const { lens = 'surprisal', ...others } = changes;
  const state = { isOn: true, engine: READY, counted: COUNTED, pins: [], ...others };
  return statusOf({ ...state, lens: lenses[lens] });
}

test('is off', () => {
  expect(shown({ isOn: false, engine: { kind: 'failed', message: 'No model.' } })).toEqual({
    text: '$(eye-closed) Tokenscope',
    tooltip: 'Turn on the Tokenscope overlay: surprisal.',
    hasLegend: false,
    severity: 'none',
    accessibleLabel: 'Tokenscope',
  });
});

test('says by which lens the layers are read, where they are', () => {
  expect(words(shown({ lens: 'exitDepth' }).tooltip)).toMatch(/Read by the logit lens\.$/);
  const by = (changes: object) => ({
    ...READY,
    model: { ...MODEL, tunedLens: 'a_b*', ...changes },
  });
  const tooltip = (changes: object) =>
    words(shown({ lens: 'exitDepth', engine: by(changes) }).tooltip);
  expect(tooltip({})).toMatch(/Read by the tuned lens of a_b\*\.$/);
  expect(tooltip({ scores: false, scoresMissing: 'it has no weights' })).not.toContain('Read by');
  expect(words(shown({ engine: by({}) }).tooltip)).not.toContain('Read by');
});

test('says why the engine failed', () => {
  expect(shown({ engine: { kind: 'failed', message: 'No model.' } })).toEqual({
    text: '$(error) Tokenscope',
    tooltip: 'No model.',
    hasLegend: false,
    severity: 'error',
    accessibleLabel: 'Tokenscope',
  });
});

test('says that a model is being opened only while one is', () => {
  expect(shown({ engine: { kind: 'stopped' } }).text).toBe('$(eye) Tokenscope · Surprisal');
  expect(shown({ engine: { kind: 'starting' } })).toEqual({
    text: '$(loading~spin) Tokenscope: opening the model',
    tooltip: 'Surprisal',
    hasLegend: false,
    severity: 'none',
    accessibleLabel: 'Tokenscope: opening the model',
  });
  const preparing = { done: 1, all: 4 };
  expect(shown({ engine: { kind: 'starting' }, preparing }).text).toBe(
    '$(loading~spin) Tokenscope: opening the model 25 %',
  );
});

test('names model, lens and tokens, with the legend as its tooltip', () => {
  const { tooltip, ...rest } = shown();
  expect(rest).toEqual({
    text: '$(eye) coder · Surprisal · 12,345 tokens',
    hasLegend: true,
    severity: 'none',
    accessibleLabel: 'coder · Surprisal · 12,345 tokens',
  });
  expect(words(tooltip)).toMatch(/^Surprisal: .*\n\n.*below 1 bits\n/s);
  expect(shown({ counted: undefined }).text).toBe('$(eye) coder · Surprisal');
});

test('counts a selection, by the second tokenizer too', () => {
  const count = { document: 2000, ranges: 7, second: { document: 1500, ranges: 5 } };
  const text = (counted: StatusState['counted']) => shown({ counted }).text;
  expect(text({ count, hasSelection: true })).toMatch(/ · 7 of 2,000 tokens$/);
  expect(text({ count, hasSelection: true, second: 'stories' })).toMatch(
    / · 7 of 2,000 tokens · stories: 5 of 1,500 tokens$/,
  );
  expect(text({ count, hasSelection: false, second: 'stories' })).toMatch(
    / · 2,000 tokens · stories: 1,500 tokens$/,
  );
});

test('warns, of the second tokenizer too', () => {
  const model = { ...MODEL, warnings: ['Its self-test failed.'] };
  const view = shown({ engine: { ...READY, model, secondProblem: 'No tokenizer there.' } });
  expect(view.text).toMatch(/^\$\(warning\) coder · /);
  expect(view.severity).toBe('warning');
  expect(words(view.tooltip)).toMatch(
    /\n\nWarning\. Its self-test failed\.\n\nWarning\. No tokenizer there\.$/,
  );
  expect(view.accessibleLabel).toMatch(/^coder · /);
});

test('shows how far scoring is, once that is known', () => {
  const text = (scored: number) => shown({ progress: { scored, total: 1000 } }).text;
  expect(text(999)).toMatch(/ tokens · scoring \u200799 %$/);
  expect(text(50).length).toBe(text(1000).length);
  expect(shown({ progress: { scored: 0, total: 0 } }).text).toMatch(/ tokens$/);
});

test('says that a trace’s numbers are its file’s', () => {
  const { text, tooltip } = shown({ saved: { source: 'choices.logprobs', tokens: 1024 } });
  expect(text).toBe('$(eye) numbers saved in the file · Surprisal · 1,024 tokens');
  expect(words(tooltip)).toMatch(
    /\n\nT0: these numbers are from the file \(choices\.logprobs\), not from coder\. Run "Tokenscope: .*" to score the trace with the open model\.$/,
  );
});

const refusedTo = (lens: LensId) => ({
  refused: 'the tokenizer is no BPE',
  passes: lenses[lens].needs,
});

test.each([
  ['bytes', 'not exact here'],
  ['difference', 'not shown'],
  ['contrast', 'not shown'],
  ['deleteGate', 'not shown'],
  // As a server does that is sent no more.
  ['surprisal', 'not shown'],
] as const)('says that the lens %s is refused: %s', (lens, ending) => {
  const { text, tooltip } = shown({ lens, note: refusedTo(lens) });
  expect(text).toMatch(new RegExp(` tokens · ${ending}$`));
  expect(words(tooltip)).toMatch(/\n\nNot shown: the tokenizer is no BPE\.$/);
});

test('shows the proof of bytes, and no note to a lens that is not about it', () => {
  const sums = { bytesBits: 10, boundaryBits: 0, endBits: 1, tokenBits: 11 };
  const place = { contextStart: 0, byteStart: 0, byteEnd: 4 };
  const windows = [{ ...place, ...sums }];
  const note: ByteProof = { model: 'coder', windows, leakMax: 0, leakMean: 0, givenBytes: 0 };
  expect(words(shown({ lens: 'bytes', note }).tooltip)).toMatch(
    /\n\nΣ bytes 10\.000 \+ end 1\.000 = Σ tokens 11\.000 bits \(difference 0\)$/,
  );
  // What was proved of the bytes is nothing of a pair's.
  const isOfBytes = (id: LensId) => new Set<PassId>(lenses[id].needs).has('bytes');
  for (const lens of lensIds.filter(id => !isOfBytes(id))) {
    expect(shown({ lens, note })).toEqual(shown({ lens }));
    expect(shown({ lens, note: refusedTo('bytes') })).toEqual(shown({ lens }));
  }
});

test.each(['bytes', 'difference', 'contrast'] as const)(
  'says nothing of what is refused to a lens before %s',
  lens => {
    for (const other of ['bytes', 'difference', 'contrast'] as const)
      if (other !== lens) expect(shown({ lens, note: refusedTo(other) })).toEqual(shown({ lens }));
  },
);

test('says that a tokenizer alone has no scores, to lenses that need them', () => {
  const scoresMissing = 'there is no model.onnx in /qwen2';
  const model = { ...MODEL, name: 'qwen2', scores: false, scoresMissing };
  const engine = { ...READY, model };
  for (const lens of ['surprisal', 'bytes', 'contrast', 'rank'] as const) {
    const { text, tooltip } = shown({ lens, engine });
    expect(text).toMatch(/ tokens · not shown$/);
    expect(words(tooltip)).toMatch(
      /\n\nNot shown: qwen2 cannot score a text, there is no model\.onnx in \/qwen2: .*\.$/,
    );
  }
  expect(shown({ lens: 'tokens', engine }).text).toBe('$(eye) qwen2 · Tokens · 12,345 tokens');
  // It has a model of its own.
  expect(shown({ lens: 'deleteGate', engine }).text).not.toMatch(/not shown/);
  const saved = { source: 'file', tokens: 3 };
  expect(shown({ engine, saved }).text).not.toMatch(/not shown/);
});

test('says what a server does not, to the lenses that need it, and how much it was sent', () => {
  const lacks = { varentropies: 'vLLM gives the 20 likeliest tokens' };
  const engine = { ...READY, model: { ...MODEL, lacks } };
  const sent = 'Sent to models.example: 7 tokens in 1 request.';
  const { text, tooltip } = shown({ lens: 'varentropy', engine, sent });
  expect(text).toMatch(/ tokens · not shown$/);
  expect(words(tooltip)).toMatch(
    /\n\nNot shown: vLLM gives the 20 likeliest tokens\.\n\nSent to models\.example: 7 tokens in 1 request\.$/,
  );
  expect(shown({ lens: 'entropy', engine }).text).not.toMatch(/not shown/);
  const saved = { source: 'file', tokens: 3 };
  expect(shown({ lens: 'varentropy', engine, saved }).text).not.toMatch(/not shown/);
});

test('says when a server that answered nothing is asked again', () => {
  const note = { refused: 'models.example did not answer', passes: ['tokens' as const] };
  const sent = 'Nothing was sent to models.example.';
  expect(words(shown({ note, sent }).tooltip)).toMatch(
    /\n\nNot shown: models\.example did not answer\.\n\nThe server is asked again after an edit or a scroll, or when the overlay is turned on again\.\n\nNothing was sent to models\.example\.$/,
  );
  expect(words(shown({ note }).tooltip)).not.toMatch(/asked again/);
});

test('says that there is no autoencoder, to lenses of features alone', () => {
  const noAutoencoder = 'Choose one.';
  const { text, tooltip } = shown({ lens: 'unexplained', noAutoencoder });
  expect(text).toMatch(/ tokens · no autoencoder$/);
  expect(words(tooltip)).toMatch(/\n\nChoose one\.$/);
  expect(shown({ noAutoencoder })).toEqual(shown());
});

test('lists pinned features in the legend, and says that there are none', () => {
  expect(words(shown({ lens: 'pinned', pins: [7, 12] }).tooltip)).toMatch(
    /━━━ +feature 7\n +╍╍╍ +feature 12$/,
  );
  expect(words(shown({ lens: 'pinned' }).tooltip)).toMatch(
    /\n\nNo feature is pinned\. Pin one with "Tokenscope: Pin Feature…"\.$/,
  );
});

test('draws each step of the legend in its colours', () => {
  const { tooltip } = shown();
  for (const step of [1, 2, 3, 4, 5, 6, 7]) {
    const style = `color:var(--vscode-tokenscope-heat${step}Border);background-color:var(--vscode-tokenscope-heat${step}Background);`;
    expect(tooltip.split(style).length).toBe(2);
  }
});

test('shows no link, icon or tag of a model’s name', () => {
  const name = '$(sync~spin) [x](command:y) <b>';
  const model = { ...MODEL, name, warnings: [`${name} is odd.`] };
  const { text, tooltip } = shown({ engine: { ...READY, model } });
  expect(text).toContain('$(warning) $ (sync~spin) [x] (command:y) <b> · ');
  expect(tooltip).not.toMatch(/\$\(|\]\(|<b>/);
  expect(words(tooltip)).toContain(name);
});
