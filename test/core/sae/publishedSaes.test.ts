import { expect, test } from 'vitest';
import {
  describePublished,
  publishedConfig,
  publishedFor,
} from '../../../src/core/sae/publishedSaes';

test.each([
  ['openai-community/gpt2', 'jbloom/GPT2-Small-SAEs-Reformatted'],
  ['gpt2', 'jbloom/GPT2-Small-SAEs-Reformatted'],
  ['Google/Gemma-3-270M', 'google/gemma-scope-2-270m-pt'],
  ['Gemma 3 270m', 'google/gemma-scope-2-270m-pt'],
  ['gemma-3-270m-it', 'google/gemma-scope-2-270m-it'],
  ['EleutherAI/pythia-160m', 'EleutherAI/sae-pythia-160m-32k'],
])('of %s', (name, repository) => {
  expect(publishedFor(['unknown/name', name])?.repository).toBe(repository);
});

test('none for another model, also one whose name begins alike', () => {
  const others = [
    'openai-community/gpt2-medium',
    'google/gemma-3-1b',
    'me/gpt2',
    'SmolLM2-135M-Instruct',
    '',
  ];
  for (const name of others) expect(publishedFor([name])).toBeUndefined();
  expect(publishedFor([])).toBeUndefined();
});

test('the sentence names what there is to get, and the command that gets it', () => {
  expect(describePublished(publishedFor(['gpt2'])!)).toBe(
    ' One is published for openai-community/gpt2: jbloom/GPT2-Small-SAEs-Reformatted, blocks.8.hook_resid_pre (about 150 MB, licence mit). "Tokenscope: Get an Autoencoder from the Hub…" downloads it after you agree.',
  );
});

test('what is known of a repository besides its files', () => {
  const centred = { model_from_pretrained_kwargs: { center_writing_weights: true } };
  expect(publishedConfig('jbloom/GPT2-Small-SAEs-Reformatted')).toEqual(centred);
  expect(publishedConfig('owner/other')).toEqual({});
  expect(publishedConfig(undefined)).toEqual({});
});
