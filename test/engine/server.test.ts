// The engine through whatever may happen to it: what its views say afterwards is what those of a fresh engine say, given
// the texts, the models and the choices as they are by then. One property for everything that is remembered.
import * as fc from 'fast-check';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { passColumns, type PassId } from '../../src/core/lenses/lens';
import { TOP_K } from '../../src/engine/documents/document';
import {
  EngineSubject,
  passIds,
  uris,
  type Change,
  type EngineState,
  type Said,
  type Scoring,
  type Uri,
} from '../support/engineSubject';
import { START_ID, writeModelFolder } from '../support/modelFolder';
import { golden } from '../support/paths';
import { writeSae, writeSafetensors } from '../support/saes';
import { sampleOf, seedOr } from '../support/seed';

/** Tokens of a window. */
const CONTEXT = 32;
const FEATURES = 8;
const place = mkdtempSync(join(tmpdir(), 'tokenscope-server-'));
afterAll(() => rmSync(place, { recursive: true }));

/** The models and the pairs that their folders name. */
const MODELS = { one: ['two', 'three'], two: ['three', 'one'], three: ['one', 'two'], merged: [] };
const names = [...Object.keys(MODELS), 'absent'];
const alike = fc.constantFrom('one', 'two', 'three');

beforeAll(() => {
  for (const [name, members] of Object.entries(MODELS)) {
    const pairs = name === 'merged' ? ['ab', 'ba', 'aa'] : [];
    const folder = writeModelFolder(join(place, name), { graph: false, context: CONTEXT, pairs });
    const [positive, negative] = members.map(other => `../${other}`);
    const own = { start: '<|start|>', ...(positive && { pair: { positive, negative } }) };
    writeFileSync(join(folder, 'tokenscope.json'), JSON.stringify(own));
    writeFileSync(
      join(folder, 'generation_config.json'),
      `{ "eos_token_id": ${START_ID + pairs.length} }`,
    );
    // What is found is not opened.
    writeFileSync(join(folder, 'model.onnx'), '');
  }
  const gate = join(place, 'gate');
  cpSync(join(golden, 'gate'), gate, { recursive: true });
  const own = { scale: -30, threshold: -15, layer: 1, tokens: CONTEXT };
  writeFileSync(join(gate, 'tokenscope.json'), JSON.stringify({ gate: own }));
  for (const [seed, name] of ['first', 'second'].entries()) {
    const folder = writeSae(join(place, name), { width: 4, features: FEATURES, seed });
    writeFileSync(join(folder, 'tokenscope.json'), `{ "firstPosition": ${3 * seed} }`);
    const max = { shape: [FEATURES], data: new Float32Array(FEATURES).fill(2) };
    writeSafetensors(join(folder, 'statistics.safetensors'), { max });
  }
});

const uri = fc.constantFrom(...uris);
const piece = fc.constantFrom('', 'a', 'b', ' ', '\n', 'ab', 'é', '𝄞', 'aab ba\n', 'b'.repeat(20));
const text = fc.array(piece, { maxLength: 18, size: 'max' }).map(pieces => pieces.join(''));
const range = fc.tuple(fc.nat(60), fc.nat(30)).map(([utf16Start, length]) => ({
  utf16Start,
  utf16End: utf16Start + length,
}));
const edit = fc.record({ at: fc.nat(120), removed: fc.nat(6), text: piece });
const does = <D extends Change['does']>(does: D) => ({ does: fc.constant(does) });
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      ...does('edit'),
      uri,
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
    }),
  },
  fc.record({ ...does('write'), uri, text }),
  { weight: 2, arbitrary: fc.record({ ...does('model'), name: fc.constantFrom(...names) }) },
  fc.record({
    ...does('pair'),
    members: fc.option(
      fc.oneof(
        fc.tuple(alike, fc.oneof(alike, fc.constant(''))),
        fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)),
      ),
    ),
    opensNow: fc.boolean(),
  }),
  fc.record({ ...does('compare'), name: fc.constantFrom('', ...names) }),
  fc.record({ ...does('sae'), name: fc.constantFrom('', 'first', 'second', 'absent') }),
  fc.record(does('restart')),
);
const start: fc.Arbitrary<EngineState> = fc.record({
  place: fc.constant(place),
  contextLimit: fc.constant(CONTEXT),
  model: fc.constantFrom(...Object.keys(MODELS)),
  pair: fc.constant(null),
  second: fc.constantFrom('', 'two', 'merged'),
  sae: fc.constantFrom(null, 'first', 'second'),
  texts: fc.record({ a: text, b: text }),
});
const scoring = fc.record({
  does: fc.constant('score' as const),
  uri,
  passes: fc.uniqueArray(fc.constantFrom(...passIds), { minLength: 1 }),
  visible: fc.array(range, { maxLength: 2 }),
  maxTokens: fc.constantFrom(0, 20, Infinity),
  whole: fc.boolean(),
  at: fc.nat(30),
  meanwhile: fc.option(fc.oneof(fc.constant('cancel' as const), change), { nil: undefined }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  change,
  scoring,
  fc.record({ does: fc.constant('look' as const) }),
);

type Step = Change | (Scoring & { does: 'score' }) | { does: 'look' };
type Refusals = Record<PassId, string | undefined>;
type Fresh = Record<Uri, { said: Said; refused: Refusals }>;
const everything = { utf16Start: 0, utf16End: 1e9 };

async function scoreAll(subject: EngineSubject, uri: Uri): Promise<Refusals> {
  const refused = {} as Refusals;
  for (const pass of passIds) {
    const request = { passes: [pass], visible: [], maxTokens: Infinity, whole: true, at: 0 };
    refused[pass] = await subject.score({ uri, ...request });
  }
  return refused;
}

/** What a fresh engine says when all is scored. A part of it is what it says of a part. */
async function freshOf(state: EngineState): Promise<Fresh> {
  const subject = await EngineSubject.open(state);
  const fresh = {} as Fresh;
  for (const uri of uris) {
    const refused = await scoreAll(subject, uri);
    const said = await subject.says(uri, everything);
    const { length } = state.texts[uri];
    const middle = { utf16Start: Math.floor(length / 4), utf16End: Math.floor(length / 2) };
    const part = await subject.says(uri, middle);
    for (const [name, column] of part.columns) {
      const first = part.first * (name.startsWith('top') ? TOP_K : 1);
      const all = Array.from(said.columns.get(name)!);
      expectKnown(name, column, all.slice(first, first + column.length), true);
    }
    fresh[uri] = { said, refused };
  }
  return fresh;
}

/** What is not known yet may be missing, and counts as pending. */
function expectSaid(own: Said, fresh: Said, isWhole: boolean): void {
  expect(own.facts).toEqual(fresh.facts);
  if (isWhole) expect([own.sums, own.pending]).toEqual([fresh.sums, fresh.pending]);
  own.characters.forEach((bits, i) =>
    expectKnown('characters', bits, fresh.characters[i], isWhole),
  );
  for (const [name, column] of own.columns)
    expectKnown(name, column, fresh.columns.get(name), isWhole);
  for (const pass of passIds) {
    const missing = new Set<number>();
    for (const [name, column] of fresh.columns) {
      if (name.split('.')[0] !== passColumns[pass]) continue;
      const known = own.columns.get(name);
      Array.from(column, (value, row) => {
        if (!Number.isNaN(value) && Number.isNaN(known?.[row] ?? NaN)) missing.add(row);
      });
    }
    if (own.pending[pass] < missing.size) expect([pass, own.pending]).toEqual([pass, missing.size]);
  }
}

/** What is not known is NaN, or nothing. */
function expectKnown(
  name: string,
  own: ArrayLike<number>,
  fresh: ArrayLike<number> | undefined,
  isWhole: boolean,
): void {
  expect([name, own.length]).toEqual([name, fresh?.length]);
  const isBlank = (value: number) => Number.isNaN(value) || (value <= 0 && Number.isInteger(value));
  for (let i = 0; i < own.length; i++) {
    const [value, wanted] = [own[i]!, fresh![i]!];
    const isSame = Object.is(value, wanted) || Math.abs(value - wanted) < 1e-6;
    if (!isSame && (isWhole || !isBlank(value)))
      expect([name, i, value]).toEqual([name, i, wanted]);
  }
}

test('views say after any events what those of a fresh engine say', async () => {
  const known = new Map<string, Promise<Fresh>>();
  const freshFor = (state: EngineState) => {
    const key = JSON.stringify(state);
    const found = known.get(key) ?? freshOf(state);
    known.set(key, found);
    return found;
  };
  const look = async (subject: EngineSubject, isWhole = false) => {
    const fresh = await freshFor(subject.state);
    for (const uri of uris)
      expectSaid(await subject.says(uri, everything), fresh[uri].said, isWhole);
  };
  const happens = async (start: EngineState, isScored: boolean, steps: readonly Step[]) => {
    const subject = await EngineSubject.open(start);
    if (isScored) for (const uri of uris) await scoreAll(subject, uri);
    for (const step of steps) {
      if (step.does === 'look') await look(subject);
      else if (step.does !== 'score') await subject.change(step);
      else {
        const refused = await subject.score(step);
        if (step.meanwhile) continue;
        const fresh = await freshFor(subject.state);
        const expected = step.passes.map(pass => fresh[step.uri].refused[pass]);
        expect(refused).toBe(expected.find(reason => reason !== undefined));
      }
    }
    await look(subject);
    for (const uri of uris) await scoreAll(subject, uri);
    await look(subject, true);
  };
  const steps = fc.array(step, { maxLength: 16, size: 'max' });
  const runs = { seed: seedOr(1), numRuns: sampleOf(8, 1000) };
  await fc.assert(fc.asyncProperty(start, fc.boolean(), steps, happens), runs);
});
