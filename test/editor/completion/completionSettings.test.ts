// Each setting of completions reaches its own option of a request.
import { afterEach, expect, test } from 'vitest';
import { completionOptions } from '../../../src/editor/completion/completionSettings';
import { fake } from '../../support/vscode';

afterEach(() => fake.unsetAll());

test('a request has the options of the settings', () => {
  expect(completionOptions('python')).toEqual({
    healings: ['exact', 'one-token'],
    contextTokens: 512,
    maxTokens: 48,
    maxTimeMs: 1000,
    singleLine: true,
    minProbability: 0.05,
    temperature: 0,
    topP: 1,
    seed: 1,
    language: 'python',
    except: [],
    drafts: true,
    alternatives: 0,
    logprobs: false,
  });
});

test.each([
  ['healing', 'one-token', { healings: ['one-token'] }],
  ['healing', 'none', { healings: ['none'] }],
  ['contextTokens', 7, { contextTokens: 7 }],
  ['maxTokens', 7, { maxTokens: 7 }],
  ['maxTime', 7, { maxTimeMs: 7 }],
  ['lines', 'several', { singleLine: false }],
  ['minProbability', 0.5, { minProbability: 0.5 }],
  ['temperature', 0.5, { temperature: 0.5 }],
  ['topP', 0.5, { topP: 0.5 }],
  ['inComments', false, { except: ['comment'] }],
  ['inStrings', false, { except: ['string'] }],
])('%s %s changes its own option alone', (name, value, changed) => {
  const before = completionOptions('python');
  fake.set(`completion.${name}`, value);
  expect(completionOptions('python')).toEqual({ ...before, ...changed });
});
