import { expect, test } from 'vitest';
import { QuickPickItemKind } from 'vscode';
import {
  dtypeRows,
  modelRows,
  placeOf,
  waysRows,
  type ListedModels,
} from '../../../src/editor/models/modelRows';
import { machineModel } from '../../support/machineModel';

const REASONER = '/models/reasoner/base';

function rows(about: Partial<ListedModels> = {}) {
  return modelRows({ reasoner: REASONER, found: [], recent: [], now: '', problems: [], ...about });
}

/** Separators in brackets. */
const labels = (all: ReturnType<typeof rows>) =>
  all.map(({ label, kind }) => (kind === QuickPickItemKind.Separator ? `[${label}]` : label));

test('before anything is found there are the built-in models and the ways to open others', () => {
  expect(labels(rows())).toEqual([
    '[built in]',
    'coder',
    'reasoner',
    '[other models]',
    'Open a folder…',
    'Open a file…',
    'Get a model from the Hugging Face hub…',
    'Connect to a server…',
  ]);
  expect(rows()[1]).toMatchObject({
    description: 'built-in code model · current choice',
    choice: { path: '' },
  });
});

test('models of the machine come with what is known of them, those that open first', () => {
  const found = [
    machineModel({ name: 'b', path: '/b', opens: 'no', why: 'It is an encoder.' }),
    machineModel({ name: 'd', path: '/d', place: 'lm-studio', family: 'llama', bytes: 5e6 }),
    machineModel({ name: 'c', path: '/c', place: 'hub', exactBytes: true, licence: 'mit' }),
    machineModel({ name: 'a', path: '/a', opens: 'tokenizer', why: 'Why.' }),
  ];
  const listed = rows({ found, now: '/d' });
  expect(labels(listed).slice(3, 8)).toEqual(['[on this machine]', 'c', 'd', 'a', 'b']);
  expect(listed.slice(4, 8)).toMatchObject([
    { description: 'Hugging Face cache · mit', detail: 'exact bytes', choice: { path: '/c' } },
    { description: 'LM Studio · llama · 5 MB · current choice', choice: { path: '/d' } },
    { description: 'Ollama', detail: 'Tokens alone. Why.' },
    { description: 'Ollama', detail: 'It is an encoder.', choice: { path: '/b' } },
  ]);
});

test('recent paths are listed where no other group has them, with what is chosen now', () => {
  const found = [
    machineModel({ path: '/on/machine' }),
    machineModel({ place: 'recent', name: 'mine', path: '/my/mine', fillsMiddle: true }),
  ];
  const recent = ['/on/machine', REASONER, '/my/mine', '/my/other'];
  const listed = rows({ found, recent, now: '/by/hand' });
  const from = labels(listed).indexOf('[recent]');
  expect(labels(listed).slice(from, from + 4)).toEqual(['[recent]', 'hand', 'mine', 'other']);
  expect(listed.slice(from + 1, from + 4)).toMatchObject([
    { description: '/by/hand · current choice', choice: { path: '/by/hand' } },
    { description: '/my/mine', detail: 'fills in the middle', choice: { path: '/my/mine' } },
    { description: '/my/other', choice: { path: '/my/other' } },
  ]);
});

test('what could not be read is a note that chooses nothing', () => {
  const listed = rows({ problems: [{ path: '/locked', problem: 'permission denied' }] });
  expect(listed[4]).toEqual({
    label: 'The list is incomplete',
    detail: '/locked: permission denied.',
  });
});

test('the ways to open others stay whatever is typed', () => {
  const ways = rows().filter(({ choice }) => choice && 'action' in choice);
  expect(ways.map(({ alwaysShow }) => alwaysShow)).toEqual([true, true, true, true]);
});

test('the usual dtype is the one in use where none was chosen, and none of a model that is not open', () => {
  const dtypes = [
    { dtype: 'fp32', memory: 2e9, written: 0, isDefault: null },
    {
      dtype: 'fp16',
      memory: 1e9,
      written: 0,
      isDefault: 'float32 takes more than half of the memory',
    },
    { dtype: 'q8', memory: 5e8, written: 0, isDefault: null },
  ];
  const inUse = (now?: string) =>
    dtypeRows(machineModel({ dtypes }), now)
      .filter(({ description }) => description!.endsWith(' · in use'))
      .map(({ dtype }) => dtype);
  expect(inUse('auto')).toEqual(['fp16']);
  expect(inUse('q8')).toEqual(['q8']);
  // Another folder's, which this one lacks.
  expect(inUse('bnb4')).toEqual(['fp16']);
  expect(inUse(undefined)).toEqual([]);
  expect(dtypeRows(machineModel({ dtypes }), undefined).map(({ detail }) => detail)).toEqual([
    undefined,
    'no exact bytes; the default: float32 takes more than half of the memory',
    'numbers depend on the other tokens of a run; no exact bytes',
  ]);
});

test('a server is listed by its model, else by its host, and never with what is not sent', () => {
  const named = 'http://127.0.0.1:8080#tokenizer=%2Fmodels%2Fqwen.gguf&model=Qwen%2FQwen2.5';
  const plain = 'https://models.example/v1/';
  const listed = rows({ recent: [named, plain], now: plain });
  const from = labels(listed).indexOf('[recent]') + 1;
  expect(listed.slice(from, from + 2)).toMatchObject([
    {
      label: 'models.example',
      description: 'https://models.example · current choice',
      choice: { path: plain },
    },
    { label: 'Qwen2.5', description: 'http://127.0.0.1:8080', choice: { path: named } },
  ]);
  expect(placeOf('/models/http')).toBe('/models/http');
});

test('of one kind and place the models are in the order of their names', () => {
  const found = ['c', 'a', 'b'].map(name => machineModel({ name, path: `/${name}` }));
  expect(labels(rows({ found })).slice(4, 7)).toEqual(['a', 'b', 'c']);
});

test('the format of weights can be changed where a model has several, and of each model once', () => {
  const dtype = (name: string) => ({ dtype: name, memory: 1e9, written: 0, isDefault: null });
  const several = { dtypes: [dtype('fp32'), dtype('q8')] };
  const found = [
    machineModel({ name: 'one', path: '/one', dtypes: [dtype('fp32')] }),
    machineModel({ name: 'b', path: '/b', ...several }),
    machineModel({ name: 'a', path: '/a', ...several, family: 'llama' }),
    machineModel({ name: 'b', path: '/b', ...several, place: 'recent' }),
    machineModel({ name: 'now', path: '/now', ...several, place: 'hub' }),
  ];
  const ways = (of: typeof found) =>
    labels(rows({ found: of })).includes('Change the weight format…');
  expect([ways(found), ways(found.slice(0, 1)), ways([])]).toEqual([true, false, false]);
  expect(waysRows(found, '/now').map(({ label, description }) => [label, description])).toEqual([
    ['now', 'Hugging Face cache · current choice'],
    ['a', 'Ollama · llama'],
    ['b', 'recent'],
  ]);
  expect(waysRows(found, '').map(({ label }) => label)).toEqual(['now', 'a', 'b']);
  // A button on its row leads there, too.
  const withButton = rows({ found }).filter(({ dtypesOf }) => dtypesOf);
  expect(withButton.map(({ label }) => label)).toEqual(['now', 'a', 'b']);
});

test('a format of weights says its name in words and the memory that it takes', () => {
  const dtypes = [{ dtype: 'q8', memory: 5e8, written: 0, isDefault: null }];
  const [row] = dtypeRows(machineModel({ dtypes }), undefined);
  expect(row).toMatchObject({ label: '8 bits', description: 'q8 · 500 MB of memory', dtype: 'q8' });
});
