// What the hover says of the token under the mouse: the token's own numbers, by the model that is open, of the text as it
// is, or nothing.
import { beforeEach, expect, test } from 'vitest';
import type { HoverProvider, MarkdownString } from 'vscode';
import { Cancelled } from '../../../src/core/errors';
import { lenses, type LensId } from '../../../src/core/lenses/lenses';
import { TraceText } from '../../../src/core/traces/traceText';
import { registerHover } from '../../../src/editor/hover/hover';
import { ShownTexts, wholeDocument, type TextSource } from '../../../src/editor/overlay/textSource';
import { savedView } from '../../../src/editor/traces/savedView';
import type { FeaturesAt } from '../../../src/protocol/features';
import type { TokenView, ViewRequest } from '../../../src/protocol/scores';
import type { Range16 } from '../../../src/protocol/types';
import { FakeDocument } from '../../support/textEditor';
import { tokenView, wordsOf, type TokenRow } from '../../support/tokenViews';
import { EventEmitter, fake, Position, type Range } from '../../support/vscode';

const TOP = [
  [5, ' c', 0.5],
  [6, ' b', 2],
  [7, ' d', 4],
  [8, ' e', 5],
  [9, ' f', 6],
  [10, ' g', 7],
] as const;
const ROWS: readonly TokenRow[] = [
  { token: 'a', id: 1 },
  { token: ' b', id: 6, bits: 2, entropyBits: 1.5, rank: 2, context: 1, top: TOP },
  { token: ' h', id: 11, bits: 9, entropyBits: 3, rank: 40, context: 2, top: TOP },
  { token: [0xf0, 0x9f], id: 12, bits: 1, context: 3, top: TOP },
  { token: [0x98, 0x80], id: 13, bits: 0, context: 4, top: TOP },
];
const TEXT = 'a b h😀';
const ALL = tokenView(ROWS);

/** The rows of the tokens that touch a range, as the engine views them. */
function touching({ utf16Start, utf16End }: Range16, all = ALL, rows = ROWS): TokenView {
  const own = [...all.ids.keys()].filter(
    i => all.utf16Ends[i]! > utf16Start && all.utf16Starts[i]! < utf16End,
  );
  const view = tokenView(
    own.map(i => rows[i]!),
    { first: own[0] ?? 0, total: rows.length },
  );
  const column = (name: 'byteStarts' | 'byteEnds' | 'utf16Starts' | 'utf16Ends') => ({
    [name]: Uint32Array.from(own, i => all[name][i]!),
  });
  return {
    ...view,
    ...column('byteStarts'),
    ...column('byteEnds'),
    ...column('utf16Starts'),
    ...column('utf16Ends'),
  };
}

interface Place {
  lens?: LensId;
  source?: TextSource;
  features?: Partial<FeaturesAt> | null;
  second?: boolean;
  firstToken?: number;
}

let document: FakeDocument;
let engine: { state: unknown; second: { name: string } | null };
let state: { isOn: boolean; lens: unknown };
let requests: ViewRequest[];
let errors: unknown[];
/** Work of the model. */
let ask: (name: string, signal: AbortSignal) => Promise<unknown>;
/** Called while the engine is asked. */
let meanwhile: (request: Partial<ViewRequest>) => void;
let change: (view: TokenView) => TokenView;
/** The mouse leaves what it was over. */
const left = new EventEmitter<void>();
const token = { isCancellationRequested: false, onCancellationRequested: left.event } as never;

const ready = (name: string) => ({
  kind: 'ready',
  model: { name, folder: `/${name}`, scores: true },
});

beforeEach(() => {
  document = new FakeDocument(TEXT);
  engine = { state: ready('coder'), second: null };
  [requests, errors] = [[], []];
  meanwhile = () => {};
  ask = async () => null;
  change = view => view;
});

async function hoverAt(utf16: number, options: Place = {}) {
  const { lens = 'surprisal', source, features, second, firstToken = 0 } = options;
  state = { isOn: true, lens: lenses[lens] };
  if (second) engine.second = { name: 'stories' };
  const sources = {
    engine,
    state,
    shown: new ShownTexts(source ? [source] : []),
    queries: {
      view: async (text: FakeDocument, range: Range16, request: ViewRequest) => {
        requests.push(request);
        const { version } = text;
        const view = change(touching(range));
        meanwhile(request);
        return { version, view };
      },
      firstToken: async () => firstToken,
      layersAt: (_text: unknown, _at: number, _parts: unknown, signal: AbortSignal) =>
        ask('layersAt', signal),
    },
    autoencoder: {
      info: features === null ? null : { name: 'sae-8k' },
      askAbout: async (_: unknown, request: (remote: object, at: object) => unknown) => {
        const score = (_: object, signal: AbortSignal) => ask('score', signal);
        const found = { features: [], near: [], unexplained: null, ...features };
        return features && request({ score, featuresAt: async () => found }, {});
      },
    },
    onError: (error: unknown) => errors.push(error),
  } as unknown as Parameters<typeof registerHover>[0];
  registerHover(sources);
  const provider = fake.providers.hover as HoverProvider;
  const found = await provider.provideHover(
    document.asDocument,
    document.positionAt(utf16) as never,
    token,
  );
  if (!found) return undefined;
  const contents = found.contents as MarkdownString[];
  const { start, end } = found.range as unknown as Range;
  return {
    contents,
    words: contents.map(({ value }) => wordsOf(value)),
    range: [document.offsetAt(start), document.offsetAt(end)],
  };
}

test('names the token, its place, and its numbers by the model that is open', async () => {
  const hover = await hoverAt(2);
  expect(hover!.range).toEqual([1, 3]);
  expect(hover!.words).toEqual([
    [
      '·b — index 1 of 5 tokens, from 0, id 6\n\nbytes `20 62` at 1–3',
      'Surprisal: 2.00 bits',
      '25 % = 2.00 bits, rank 2; entropy 1.50 bits',
      '| rank | token | probability | surprisal |\n|--:|:--|--:|--:|\n' +
        '| 1 | ·c | 70.7 % | 0.50 bits |\n| 2 | ·b ✓ | 25 % | 2.00 bits |\n| 3 | ·d | 6.25 % | 4.00 bits |\n' +
        '| 4 | ·e | 3.12 % | 5.00 bits |\n| 5 | ·f | 1.56 % | 6.00 bits |',
      'coder, after 1 tokens of context',
    ].join('\n\n'),
  ]);
  expect(requests).toEqual([{ passes: ['tokens'], details: 'alternatives' }]);
});

test('lists the token itself with its own rank, where it is not among the likeliest', async () => {
  const [words] = (await hoverAt(3))!.words;
  expect(words).toContain('| 5 | ·f | 1.56 % | 6.00 bits |\n| 40 | ·h ✓ | 0.195 % | 9.00 bits |');
});

test('lists no alternative of another token, where fewer are known', async () => {
  const short = ROWS.map(row => ({ ...row, top: TOP.slice(0, 2) }));
  change = view => {
    const rows = Array.from(view.ids, (_, i) => short[view.first + i]!);
    return { ...view, ...tokenView(rows, { first: view.first }), utf16Ends: view.utf16Ends };
  };
  // Two tokens that share a character.
  for (const words of (await hoverAt(5))!.words)
    expect(words.match(/^\| \d+ \|/gm)).toEqual(['| 1 |', '| 2 |', '| 1 |']);
});

test('says each of the tokens that share a character', async () => {
  const hover = await hoverAt(5);
  expect(hover!.range).toEqual([5, 7]);
  expect(hover!.words.map(words => words.slice(0, 12))).toEqual(['⟨f0 9f⟩ — in', '⟨98 80⟩ — in']);
});

test('says of a token without numbers why it has none', async () => {
  expect((await hoverAt(0))!.words[0]).toMatch(/at 0–1\n\nNot scored yet\.$/);
  change = view => ({ ...view, pending: 0 });
  expect((await hoverAt(0))!.words[0]).toMatch(/No score: the first token has no context\.$/);
  change = view => ({ ...view, scores: null });
  expect((await hoverAt(2))!.words[0]).toBe(
    '·b — index 1 of 5 tokens, from 0, id 6\n\nbytes `20 62` at 1–3\n\n',
  );
});

test('says where the file has other bytes than the token', async () => {
  change = view => ({ ...view, normalized: Uint8Array.of(1) });
  expect((await hoverAt(2))!.words[0]).toContain(
    'at 1–3 (normalised: the file has other bytes here)\n\n',
  );
});

test('is none where there is no text, no overlay or no engine', async () => {
  const provide = async () => {
    const provider = fake.providers.hover as HoverProvider;
    const at = new Position(0, 2) as never;
    return provider.provideHover(document.asDocument, at, token);
  };
  await hoverAt(2);
  state.isOn = false;
  expect(await provide()).toBeUndefined();
  state.isOn = true;
  engine.state = { kind: 'failed', message: '' };
  expect(await provide()).toBeUndefined();
  engine.state = ready('coder');
  expect(await provide()).toBeDefined();
  document = new FakeDocument(TEXT, 'output:///log');
  expect(await provide()).toBeUndefined();
  document = new FakeDocument(TEXT);
  change = view => ({ ...view, ids: new Uint32Array() });
  expect(await provide()).toBeUndefined();
});

test('says nothing of a text that has changed while the engine was asked', async () => {
  meanwhile = () => document.edit(0, 0, 'x');
  expect(await hoverAt(2)).toBeUndefined();
  // By the section of the second tokenizer, which asks last.
  document = new FakeDocument(TEXT);
  meanwhile = ({ second }) => second && document.edit(0, 0, 'x');
  expect(await hoverAt(2, { second: true })).toBeUndefined();
});

test('says nothing in the name of a model that was opened while another one was asked', async () => {
  meanwhile = ({ second }) => {
    if (second) engine.state = ready('another');
  };
  expect(await hoverAt(2, { second: true })).toBeUndefined();
});

test('an answer that is cancelled is no hover', async () => {
  meanwhile = () => {
    throw new Cancelled();
  };
  expect(await hoverAt(2)).toBeUndefined();
  expect(errors).toEqual([expect.any(Cancelled)]);
});

test.each([
  ['exitDepth', 'layersAt'],
  ['unexplained', 'score'],
] as const)('work of the model for the lens %s ends when its hover is left', async (lens, work) => {
  const asked: string[] = [];
  ask = (name, signal) => {
    asked.push(name);
    return new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new Cancelled())),
    );
  };
  const hover = hoverAt(2, { lens, features: {} });
  await expect.poll(() => asked).toEqual([work]);
  left.fire();
  expect(await hover).toBeUndefined();
  expect(errors).toEqual([expect.any(Cancelled)]);
});

test('adds the tokens of the second tokenizer', async () => {
  const hover = await hoverAt(2, { second: true });
  expect(hover!.words[1]).toBe(
    'stories: ·b — index 1 of 5 tokens, from 0, id 6, bytes `20 62` at 1–3',
  );
  expect(requests[1]).toEqual({ details: 'bytes', second: true });
});

test('shows bytes one by one, and by the second model where it has scored all of them', async () => {
  const own = [Float64Array.of(0.5, 1.25)];
  change = view => ({ ...view, byteBits: own, secondByteBits: [Float64Array.of(1, 2)] });
  const [words] = (await hoverAt(2, { lens: 'difference', second: true }))!.words;
  expect(words).toContain(
    '| byte | · | b |\n| --- | --: | --: |\n| bits | 0.50 | 1.25 |\n| stories, bits | 1.00 | 2.00 |\n\n' +
      'Bytes together 1.75 bits, the token 2.00 bits\n\n',
  );
  change = view => ({ ...view, byteBits: own, secondByteBits: [Float64Array.of(1, NaN)] });
  expect((await hoverAt(2, { lens: 'difference', second: true }))!.words[0]).not.toContain(
    'stories, bits',
  );
  change = view => ({ ...view, byteBits: [Float64Array.of(NaN, 1)], pending: 1 });
  expect((await hoverAt(2, { lens: 'bytes' }))!.words[0]).toContain(
    'The bytes of this token have not been scored yet.',
  );
  change = view => ({ ...view, pending: 1 });
  expect((await hoverAt(2, { lens: 'bytes' }))!.words[0]).toContain(
    'The bytes of this token have not been scored yet.',
  );
  change = view => ({ ...view, byteBits: own });
  expect((await hoverAt(0, { lens: 'bytes' }))!.words[0]).toContain('the token not known\n\n');
});

test('shows a pair’s numbers with the two models that they are of', async () => {
  const contrast = {
    positive: Float32Array.of(-1 * Math.LN2),
    negative: Float32Array.of(-0.5 * Math.LN2),
    divergences: Float32Array.of(0.25 * Math.LN2),
    centre: 0,
  };
  change = view => ({
    ...view,
    scores: { ...view.scores!, contrast },
    pair: { positive: 'good', negative: 'bad' },
  });
  const { words } = (await hoverAt(2, { lens: 'contrast' }))!;
  expect(words[0]).toContain('| Contrast | +0.50 bits |');
  expect(words[0]).toContain('good against bad\n\n');
  expect(words[0]).not.toContain('T2');
  expect(requests[0]).toMatchObject({ contrast: { from: 0, centred: false } });
});

test('lists the features that fire, and says why there are none', async () => {
  const label = {
    kind: 'token',
    description: 'brackets',
    precision: 0.9,
    recall: 0.5,
    count: 3,
    predicate: null,
  };
  const named = (feature: number) => ({ feature, density: 0.01, max: 4, label });
  const features = Array.from({ length: 8 }, (_, i) => ({
    ...named(i),
    value: 2,
    raises: ['x', 'y', 'z', 'w'].map(token => ({ bytes: new TextEncoder().encode(token) })),
  })) as unknown as FeaturesAt['features'];
  const near = [9, 10, 11, 12].map(i => ({ ...named(i), value: 1, needed: 2 }));
  const words = async (found: Partial<FeaturesAt>) =>
    (await hoverAt(2, { lens: 'unexplained', features: found }))!.words;
  const [own, token] = await words({ features, near, unexplained: 0.125 });
  expect(own).toMatch(/^8 features fire; 12\.5 % unexplained \(sae-8k\)\n\n/);
  expect(own!.match(/^\| #\d/gm)).toHaveLength(6);
  expect(own).toMatch(/^\| #0 .*\| 2\.00 \| 50 % .*\| x y z \|$/m);
  expect(own).toContain('and 2 more, listed in the inspector.\n\n');
  expect(own).toMatch(/Nearly active: #9 .* at 50 % of its threshold; #10 .*; #11 [^;]*$/);
  expect(token).toMatch(/^·b/);
  const [few] = await words({ features: features.slice(0, 6), unexplained: null });
  expect(few).toMatch(/^6 features fire \(sae-8k\)/);
  expect(few).not.toMatch(/more:|Nearly/);
  expect(await words({ pending: true })).toMatchObject([
    'Its features have not been computed yet.',
    {},
  ]);
  expect((await words({ masked: true }))[0]).toMatch(/not trained on the first token/);
  const none = await hoverAt(2, { lens: 'unexplained', features: null });
  expect(none!.words).toHaveLength(1);
  expect((await hoverAt(2, { lens: 'surprisal', features: {} }))!.words).toHaveLength(1);
});

const inTrace = (answerStart: number): TextSource => ({
  shownIn: () => undefined,
  inFile: () => undefined,
  textAt: (own, utf16) => ({ ...wholeDocument(own, []), utf16, answerStart }),
});

/** What the links to other tokens hand over, as VS Code decodes it. */
const linksOf = (words: string) =>
  [...words.matchAll(/\(command:tokenscope\.whatIf\?([^)]*)\)/g)].map(([, given]) =>
    JSON.parse(decodeURIComponent(decodeURIComponent(given!))),
  );

test.each(['http://127.0.0.1:8080#tokenizer=%2Fm%2Fq.gguf', '/models/50% (new)'])(
  'offers other tokens of the model at %s by that name',
  async folder => {
    engine.state = { kind: 'ready', model: { name: 'm', folder, scores: true } };
    const { words } = (await hoverAt(3, { source: inTrace(3), firstToken: 2 }))!;
    expect(linksOf(words[0]!)[0]).toEqual([{ utf16: 3, id: TOP[0][0], model: folder }]);
  },
);

test('offers other tokens in the answer of a trace alone, and counts from its beginning', async () => {
  const question = (await hoverAt(2, { source: inTrace(3), firstToken: 2 }))!;
  expect(question.words[0]).toContain('·b — in the question, id 6');
  expect(question.contents[0]!.isTrusted).toBe(false);
  expect(question.words[0]).not.toContain('what if');
  const answer = (await hoverAt(3, { source: inTrace(3), firstToken: 2 }))!;
  expect(answer.words[0]).toContain('·h — index 0 of the trace’s 3 tokens, from 0, id 11');
  expect(answer.words[0]).toContain('T1, re-scored by coder, after 2 tokens of context');
  expect(answer.contents[0]!.isTrusted).toEqual({ enabledCommands: ['tokenscope.whatIf'] });
  expect(linksOf(answer.words[0]!)).toEqual(
    TOP.slice(0, 5).map(([id]) => [{ utf16: 3, id, model: '/coder' }]),
  );
  // The token itself is there already.
  const own = (await hoverAt(2, { source: inTrace(1), firstToken: 1 }))!;
  expect(own.words[0]!.match(/\[what if\]/g)).toHaveLength(4);
  expect(own.words[0]).toMatch(/^\| 2 \| ·b ✓ \|.*\| {2}\|$/m);
});

test('shows the numbers of a trace’s file, and asks no model', async () => {
  const entry = (token: string, p: number) => ({
    bytes: new TextEncoder().encode(token),
    logprob: Math.log(p),
  });
  const text = new TraceText({ text: TEXT });
  const series = {
    source: 'choices.logprobs',
    space: 'sampled' as const,
    tokens: [
      { start: 0, end: 1, ...entry('a', 0.5), top: [entry('a', 0.5), entry('z', 0.25)] },
      { start: 1, end: 3, ...entry(' b', 0.125), top: [entry(' c', 0.5), entry(' d', 0.25)] },
      { start: 3, end: 5, bytes: new TextEncoder().encode(' h'), logprob: NaN, top: [] },
    ],
  };
  const saved = { series, view: savedView(text, series) };
  const source: TextSource = {
    shownIn: () => undefined,
    inFile: () => undefined,
    textAt: (own, utf16) => ({ ...wholeDocument(own, []), utf16, answerStart: 0, saved }),
  };
  const words = async (utf16: number, lens: LensId = 'surprisal') =>
    (await hoverAt(utf16, { source, lens, second: true }))!.words;
  const [first, ...others] = await words(0);
  expect(others).toEqual([]);
  expect(requests).toEqual([]);
  expect(first).toMatch(
    /^a — index 0 of 3 tokens, from 0, bytes `61`\n\nSurprisal: 1\.00 bits\n\n/,
  );
  expect(first).toMatch(
    /\n\n50 % = 1\.00 bits; entropy at least 1\.50 bits, because the list is incomplete; top-1 gap 0\.00 bits\n\n/,
  );
  expect(first).toContain('| 1 | a ✓ | 50 % | 1.00 bits |\n| 2 | z | 25 % | 2.00 bits |\n\n');
  expect(first).toMatch(
    /T0, from the file: choices\.logprobs\. .*\n\nThese numbers are after sampling/,
  );
  const [second] = await words(1);
  expect(second).toContain('top-1 gap 2.00 bits');
  expect(second).toContain('| not listed | ·b ✓ | 12.5 % | 3.00 bits |\n\n');
  const [third] = await words(3);
  expect(third).toMatch(
    /^·h — index 2 of 3 tokens.*\n\nThe file has no number for this token\.\n\nT0, /,
  );
});
