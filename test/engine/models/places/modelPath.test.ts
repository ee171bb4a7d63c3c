import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readModelFolder } from '../../../../src/engine/models/modelFolder';
import { modelPath } from '../../../../src/engine/models/places/modelPath';
import { tinyGguf, write, writeOllama, writeRepository } from '../../../support/machine';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tokenscope-named-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const path = (name: string) => modelPath(name, { env: {}, home, platform: 'linux' });
const refusal = (name: string) => {
  try {
    return path(name);
  } catch (error) {
    return (error as Error).message;
  }
};

test('paths are as they are', () => {
  for (const given of ['/somewhere', 'folder', home, '']) expect(path(given)).toBe(given);
});

describe('Ollama', () => {
  const root = () => join(home, '.ollama/models');

  test('names are those that Ollama takes', () => {
    const write = (name: string, family: string) => writeOllama(root(), name, tinyGguf(family));
    const first = write('registry.ollama.ai/library/a/latest', 'llama');
    const second = write('registry.ollama.ai/library/a/0.5b', 'qwen2');
    const third = write('hf.co/org/repo/Q8_0', 'qwen3');
    expect(path('ollama:a')).toBe(first);
    expect(path('ollama:a:latest')).toBe(first);
    expect(path('ollama:library/a:0.5b')).toBe(second);
    expect(path('ollama:hf.co/org/repo:Q8_0')).toBe(third);
  });

  test.each([
    ['ollama:b', /not on this machine\. Get it with `ollama pull b`/],
    ['ollama:a:3b', /not on this machine\. Get it with `ollama pull a:3b`/],
    ['ollama:', /is not an Ollama model name/],
    ['ollama:../../../a', /is not an Ollama model name/],
    ['ollama:..:..', /is not an Ollama model name/],
    ['ollama:a/b/c/d', /is not an Ollama model name/],
  ])('%s is refused', (name, why) => expect(refusal(name)).toMatch(why));

  test('what cannot be opened says why', () => {
    write(join(root(), 'manifests/registry.ollama.ai/library/bad/latest'), '{}');
    expect(refusal('ollama:bad')).toMatch(/^ollama:bad cannot be opened\. Its manifest/);
  });
});

describe('the hub', () => {
  const root = () => join(home, '.cache/huggingface/hub');
  const both = { 'a-Q4_0.gguf': tinyGguf(), 'a-Q8_0.gguf': tinyGguf() };

  test('a folder, one GGUF file, or one of several', () => {
    const folder = writeRepository(root(), 'org/folder', { 'config.json': '{}' });
    const one = writeRepository(root(), 'gpt2', { 'a.gguf': tinyGguf() });
    const several = writeRepository(root(), 'org/several', both);
    expect(path('hf:org/folder')).toBe(folder);
    expect(path('hf:gpt2')).toBe(join(one, 'a.gguf'));
    expect(path('hf:org/several/a-Q8_0.gguf')).toBe(join(several, 'a-Q8_0.gguf'));
    expect(path('hf:org/several:q4_0')).toBe(join(several, 'a-Q4_0.gguf'));
    expect(refusal('hf:org/several')).toMatch(
      /has several models: choose hf:org\/several\/a-Q4_0.gguf or hf:org\/several\/a-Q8_0.gguf/,
    );
    expect(refusal('hf:org/several:Q2_K')).toMatch(
      /Q2_K of hf:org\/several is not .*`tokenscope get org\/several --weights Q2_K`/,
    );
    expect(refusal('hf:org/other/a-Q2_K')).toMatch(/`tokenscope get org\/other --weights a-Q2_K`/);
  });

  test.each(['hf:org/other', 'hf:', 'hf:../..', 'hf:..', 'hf:a/b/c/d'])(
    '%s is not here, and not downloaded',
    name => expect(refusal(name)).toMatch(/Download it with `tokenscope get /),
  );
});

describe('a folder of GGUF files', () => {
  const read = (name: string) => readModelFolder(join(home, name)).path;

  test('is the one file in it, or says that there are several', () => {
    const only = write(join(home, 'one/a.gguf'), tinyGguf());
    write(join(home, 'one/mmproj-a.gguf'), tinyGguf());
    expect(read('one')).toBe(only);
    write(join(home, 'one/b.gguf'), tinyGguf());
    expect(() => read('one')).toThrow(/has several GGUF files: a\.gguf, b\.gguf\. Choose one/);
  });

  test('without any is as before', () => {
    mkdirSync(join(home, 'none'));
    expect(() => read('none')).toThrow(/There is no tokenizer\.json/);
  });
});
