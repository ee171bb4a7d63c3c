// Names of autoencoders on Neuronpedia, as people type them and as files have them.
import { expect, test } from 'vitest';
import { neuronpediaName, sourceName } from '../../../src/core/sae/neuronpedia';

test.each([
  ['gpt2-small/8-res-jb', 'gpt2-small/8-res-jb'],
  [' gpt2-small/8-res-jb/ ', 'gpt2-small/8-res-jb'],
  ['gpt2-small@8-res-jb:1234', 'gpt2-small/8-res-jb'],
  [
    'https://www.neuronpedia.org/gemma-2-2b/12-gemmascope-res-16k/77?embed=true',
    'gemma-2-2b/12-gemmascope-res-16k',
  ],
  [
    'https://neuronpedia.org/llama3.1-8b/0-llamascope-res-32k#x',
    'llama3.1-8b/0-llamascope-res-32k',
  ],
])('%s is %s', (typed, name) => expect(neuronpediaName(typed)).toBe(name));

test.each([
  '',
  'gpt2-small',
  'a/b/c',
  '../x',
  'x/..',
  'a/./b',
  'a b/c',
  'https://example.org/gpt2-small/8-res-jb',
  'a/b\n',
  `${'a'.repeat(201)}/b`,
])('%j is none', typed => expect(neuronpediaName(typed.replace('\n', '\n/x'))).toBeUndefined());

test('a label says it only where it has both', () => {
  expect(sourceName({ modelId: 'm', layer: '1-x' })).toBe('m/1-x');
  expect(sourceName({ modelId: 'm', layer: 1 })).toBeUndefined();
  expect(sourceName({ layer: '1-x' })).toBeUndefined();
});
