// A text of a stranger, in every place of the editor that holds one: no link, icon, element or hidden character of it
// is live.
import { expect, test } from 'vitest';
import type { Uri } from 'vscode';
import { featureTitle } from '../../src/core/sae/featureFormat';
import { guessWords, type Label } from '../../src/core/sae/featureLabels';
import { lenses, lensIds } from '../../src/core/lenses/lenses';
import { emptyScores } from '../../src/core/lenses/scores';
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Trace } from '../../src/core/traces/trace';
import { calibrationText } from '../../src/editor/completion/calibrationPage';
import type { Calibration } from '../../src/editor/completion/calibrations';
import type { Shown } from '../../src/editor/completion/shown';
import { explainCompletion } from '../../src/editor/completion/explanation';
import { countMarkdown } from '../../src/editor/counting/countReport';
import { effectMarkdown } from '../../src/editor/features/effectPage';
import { featureSection } from '../../src/editor/features/featureSection';
import type { HoverContext } from '../../src/editor/hover/hoverSection';
import { secondSection } from '../../src/editor/hover/secondSection';
import { tokenSection } from '../../src/editor/hover/tokenSection';
import { reportMarkdown } from '../../src/editor/models/modelReport';
import { legendMarkdown } from '../../src/editor/overlay/legendMarkdown';
import { statusOf } from '../../src/editor/overlay/statusText';
import { fallChange, fallWords } from '../../src/editor/traces/rollouts';
import { savedSection } from '../../src/editor/traces/savedSection';
import { itemOf, type TraceNode } from '../../src/editor/traces/traceTree';
import { escapeMarkdown } from '../../src/editor/ui/escapeMarkdown';
import { inertHtml, pageHtml } from '../../src/editor/ui/pageHtml';
import { plainText } from '../../src/editor/ui/plainText';
import type { CompletionView } from '../../src/protocol/completion';
import type { EffectView, FeaturesAt, SaeInfo } from '../../src/protocol/features';
import type { ModelReport } from '../../src/protocol/models';
import type { TokenView } from '../../src/protocol/scores';
import type { RolloutFall } from '../../src/protocol/traces';
import { visibleTexts } from '../../webview/visibleTexts';

const HOSTILE =
  '``[x](command:workbench.action.quit) ![y](https://example.org/y.png) $(trash) <img src=x onerror=1> ' +
  '<https://example.org> https://example.org \u202e \u001b[31m \u009b \u3164 \u2800 \u{e0041} **b** | &#8238; ${1}\n# h';
const BYTES = encodeUtf8(HOSTILE);

const HIDDEN = /[^\P{C}\n]|[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/u;

/** As a renderer of Markdown reads it: what is escaped or code is text. */
function live(markdown: string): string {
  return markdown
    .replace(/\\[!-/:-@[-`{-~]/g, '')
    .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
}

/** Markdown with nothing that the hostile text put there. `own`: what the extension itself writes. */
function expectInertMarkdown(markdown: string, own: readonly RegExp[] = []): void {
  expect(markdown).not.toMatch(HIDDEN);
  const withEntities = own.reduce((rest, pattern) => rest.replace(pattern, ''), live(markdown));
  const entities = [...withEntities.matchAll(/&#(\d+);/g)].map(([, code]) => Number(code));
  expect(String.fromCodePoint(...entities)).not.toMatch(HIDDEN);
  const text = withEntities.replace(/&#\d+;/g, '');
  expect(text).not.toMatch(/\]\(|\]\[|!\[/);
  expect(text).not.toMatch(/<[a-z/!]/i);
  expect(text).not.toMatch(/:\/\//);
  expect(text).not.toMatch(/\$\(/);
  expect(text).not.toMatch(/^# h/m);
}

/** A text that VS Code shows in a label. */
function expectInertLabel(label: string): void {
  expect(label).not.toMatch(HIDDEN);
  expect(label).not.toMatch(/\]\(/);
  expect(label).not.toMatch(/\$\([a-z]/);
}

const LABEL: Label = {
  kind: HOSTILE,
  description: HOSTILE,
  precision: 0.9,
  recall: 0.5,
  count: 3,
  predicate: HOSTILE,
};
const MODEL = {
  name: HOSTILE,
  folder: HOSTILE,
  tokenizer: HOSTILE,
  vocabSize: 10,
  scores: true,
  contextTokens: 64,
  warnings: [HOSTILE],
};
const READY = { kind: 'ready', model: MODEL, second: null, secondProblem: HOSTILE } as const;
const SECOND = { name: HOSTILE, path: HOSTILE, tokenizer: HOSTILE, vocabSize: 10 };
const SAE = { name: HOSTILE, path: HOSTILE, format: HOSTILE, hook: HOSTILE } as SaeInfo;
const NAMED = { feature: 7, density: 0.1, max: 2, label: LABEL };

function view(): TokenView {
  const scores = emptyScores(1, 2);
  scores.topIds.set([1, 2]);
  scores.topLogprobs.set([-0.1, -2]);
  scores.logprobs.set([-2]);
  scores.ranks.set([2]);
  return {
    first: 0,
    total: 1,
    pending: 0,
    ids: Uint32Array.of(2),
    byteStarts: Uint32Array.of(0),
    byteEnds: Uint32Array.of(BYTES.length),
    utf16Starts: Uint32Array.of(0),
    utf16Ends: Uint32Array.of(HOSTILE.length),
    bytes: [BYTES],
    topBytes: [[BYTES, BYTES]],
    byteBits: [Float64Array.from(BYTES, () => 1)],
    secondByteBits: [Float64Array.from(BYTES, () => 1)],
    scores,
    pair: { positive: HOSTILE, negative: HOSTILE },
  } as unknown as TokenView;
}

function hover(changes: object): HoverContext {
  const found = {
    features: [{ ...NAMED, value: 1, raises: [{ bytes: BYTES, score: 1 }] }],
    near: [{ ...NAMED, value: 1, needed: 2 }],
    unexplained: 0.1,
    pending: false,
    masked: false,
  } as unknown as FeaturesAt;
  return {
    lens: lenses.surprisal,
    place: { text: {}, answerStart: 0 },
    view: view(),
    firstToken: 0,
    at: { utf16Start: 0, utf16End: 1 },
    engine: { state: READY, second: SECOND },
    queries: { view: () => Promise.resolve({ version: 1, view: view() }) },
    autoencoder: { info: SAE, askAbout: () => Promise.resolve(found) },
    canBranch: true,
    ...changes,
  } as unknown as HoverContext;
}

const WHAT_IF = /\[what if\]\(command:tokenscope\.whatIf\?[\w%.-]+\)/g;

test.each(lensIds)('hovers of the lens %s', async id => {
  const lens = lenses[id];
  for (const { value, isTrusted } of tokenSection(hover({ lens }))) {
    expectInertMarkdown(value, [WHAT_IF]);
    expect(isTrusted).toEqual({ enabledCommands: ['tokenscope.whatIf'] });
  }
  const others = [
    ...(await secondSection(hover({ lens }))),
    ...(await featureSection(hover({ lens }))),
  ];
  expect(others.length).toBeGreaterThan(0);
  for (const { value, isTrusted } of others) {
    expectInertMarkdown(value);
    expect(isTrusted).toBe(false);
  }
});

test('the hover of numbers saved in a file', () => {
  const token = {
    bytes: BYTES,
    start: 0,
    end: 9,
    logprob: -1,
    top: [{ bytes: BYTES, logprob: -1 }],
  };
  const series = { source: HOSTILE, space: 'raw', tokens: [token] };
  const place = { saved: { series } };
  const [section] = savedSection(hover({ place }));
  expectInertMarkdown(section!.value);
});

test('the hover of a fall, and the names of features', () => {
  const fall = {
    kind: 'cliff',
    cliff: HOSTILE,
    after: { token: 1, utf16: 1, right: 1, rollouts: 2 },
  } as unknown as RolloutFall;
  expectInertMarkdown(escapeMarkdown(fallWords(fall).words));
  expectInertMarkdown(escapeMarkdown(fallChange(fall)));
  expectInertMarkdown(escapeMarkdown(HOSTILE));
  expect(featureTitle(NAMED)).not.toMatch(HIDDEN);
  expect(guessWords({ ...LABEL, precision: 0.01 })).not.toMatch(HIDDEN);
});

test.each(lensIds)('the status item with the lens %s', id => {
  const states = [
    { engine: READY },
    { engine: { kind: 'failed', message: HOSTILE } as const },
    { engine: READY, saved: { source: HOSTILE, tokens: 3 } },
    { engine: READY, note: { refused: HOSTILE, passes: lenses[id].needs }, noAutoencoder: HOSTILE },
  ];
  const count = { document: 3, ranges: 1, second: { document: 3, ranges: 1 } };
  const counted = { count, hasSelection: true, second: HOSTILE };
  for (const state of states) {
    const all = { isOn: true, lens: lenses[id], counted, pins: [7], ...state };
    const { text, tooltip, hasLegend, accessibleLabel } = statusOf(all);
    expectInertLabel(text.replace(/^\$\([a-z~-]+\) /, ''));
    expectInertLabel(accessibleLabel);
    if (hasLegend) expectInertMarkdown(tooltip, [/<\/?span[^<>]*>/g]);
    else expectInertLabel(tooltip);
  }
  expectInertMarkdown(legendMarkdown(lenses[id], [HOSTILE], [HOSTILE]), [/<\/?span[^<>]*>/g]);
});

test('messages and lists', () => expectInertLabel(plainText(HOSTILE)));

test('the tree of traces', () => {
  const file = { path: `/${HOSTILE}`, toString: () => 'file:///a' } as Uri;
  const trace = {
    id: HOSTILE,
    format: HOSTILE,
    question: HOSTILE,
    answer: HOSTILE,
    target: HOSTILE,
    isRight: false,
    notes: [HOSTILE],
    refused: [HOSTILE],
    logprobs: [{ source: HOSTILE }],
    steps: [],
  } as unknown as Trace;
  const content = { format: HOSTILE, traces: [trace], problems: [HOSTILE] };
  const nodes = [
    { kind: 'file', file, content },
    { kind: 'trace', file, index: 0, trace },
    { kind: 'problem', file, words: HOSTILE },
  ] as unknown as TraceNode[];
  for (const node of nodes) {
    const { label, description, tooltip, accessibilityInformation } = itemOf(node);
    expectInertLabel(String(label));
    expectInertLabel(String(description ?? ''));
    expectInertLabel(accessibilityInformation?.label ?? '');
    expect(String(tooltip ?? '')).not.toMatch(HIDDEN);
  }
});

test('reports', () => {
  const size = { tokens: 20, bytes: 40, characters: 40, words: 10 };
  const count = {
    folder: HOSTILE,
    tokenizers: { model: HOSTILE, second: HOSTILE },
    files: [{ path: `a/${HOSTILE}`, language: HOSTILE, ...size }],
    skipped: [{ path: HOSTILE, reason: HOSTILE }],
  };
  expectInertMarkdown(countMarkdown(count));
  const report = {
    info: { ...MODEL, scoresMissing: HOSTILE },
    start: { content: HOSTILE, id: 1 },
    tokenizerNormalizer: HOSTILE,
    modelContextTokens: 64,
    backend: {
      facts: [[HOSTILE, HOSTILE]],
      selfTest: [{ name: HOSTILE, value: 1, tolerance: 2, unit: HOSTILE, passed: true }],
    },
    ownReport: null,
  } as unknown as ModelReport;
  expectInertMarkdown(reportMarkdown(report));
  const effect = {
    feature: NAMED,
    change: { kind: 'ablate' },
    value: 1,
    changed: 0,
    everywhere: false,
    next: [{ id: 1, bytes: BYTES, before: 0.5, after: 0.1 }],
    tokens: [{ bytes: BYTES, utf16Start: 0, utf16End: 1, before: 1, after: 2 }],
    counted: 1,
    totalBits: 1,
  } as unknown as EffectView;
  expectInertMarkdown(effectMarkdown(effect, SAE, () => 1));
});

test('pages of a model’s own report', () => {
  const html = pageHtml(
    plainText(HOSTILE),
    `<p>${HOSTILE}</p><p>&#x202e;&#8238;&#8238&#x00000000202E;&#0000000008238;</p>`,
    {
      style: 's.css',
      source: 'self',
    },
  );
  const own = /<(?:!doctype|\/?(?:html|head|meta|link|title|body|main|p)\b)[^<>]*>/gi;
  expect(html.replace(own, '')).not.toMatch(/<[a-z]/i);
  expect(html).not.toMatch(HIDDEN);
  expect(html).not.toMatch(/&#(?:x0*202e|0*8238)/i);
  expect(inertHtml('<p>⚠️ 👩‍💻 a&#10;b &#x26;</p>')).toBe('<p>⚠️ 👩‍💻 a&#10;b &#x26;</p>');
});

test('pages of plain text', () => {
  const item = {
    insert: HOSTILE,
    logprob: -1,
    stopReason: 'line',
    tokens: [{ id: 1, bytes: BYTES, logprob: -1, top: [{ id: 2, bytes: BYTES, logprob: -1 }] }],
  };
  const completion = {
    items: [item],
    mode: 'psm',
    format: HOSTILE,
    healing: 'exact',
    inexact: HOSTILE,
    rolledBack: BYTES,
    rolledForward: BYTES,
    seen: { before: 1, after: 1 },
    prompt: HOSTILE,
    promptTokens: 1,
    rememberedTokens: 1,
    modelTokens: 1,
    ms: 1,
  } as unknown as CompletionView;
  const shown = {
    name: HOSTILE,
    line: 1,
    column: 1,
    text: HOSTILE,
    at: 5,
    model: { folder: HOSTILE, name: HOSTILE },
    options: { temperature: 0 },
    view: completion,
  } as Shown;
  expect(explainCompletion(shown, [completion])).not.toMatch(HIDDEN);
  const calibration = {
    model: HOSTILE,
    cuts: 1,
    files: 1,
    day: 'today',
    rows: [],
    inWords: [],
    chosen: { mode: 'psm', rollback: 'none', suffixFrom: 'cursor' },
  } as unknown as Calibration;
  expect(calibrationText(calibration)).not.toMatch(HIDDEN);
});

test('what the inspector’s page is sent', () => {
  const bytes = Uint8Array.of(0x1b);
  const state = { uri: HOSTILE, file: HOSTILE, list: [{ label: LABEL, bytes }], none: null };
  const shown = visibleTexts(state);
  const { uri, ...rest } = shown;
  expect(uri).toBe(HOSTILE);
  expect(JSON.stringify(rest)).not.toMatch(/\\u|[\p{Cf}\u3164\u2800]/u);
  expect(shown.list[0]!.bytes).toBe(bytes);
});
