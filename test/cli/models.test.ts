// The list of models as a process, and names in place of paths.
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { tinyGguf, write, writeOllama, writeRepository } from '../support/machine';
import { linesOf, run, scratch, setUpCommandLine } from './support';

setUpCommandLine();
let env: Record<string, string>;
beforeAll(() => {
  const at = (name: string) => join(scratch, name);
  env = {
    HOME: at('home'),
    HF_HUB_CACHE: at('hub'),
    OLLAMA_MODELS: at('ollama'),
    LLAMA_CACHE: at('llama'),
    TOKENSCOPE_CACHE: at('cache'),
  };
  const library = 'registry.ollama.ai/library';
  writeOllama(at('ollama'), `${library}/tiny/0.5b`, tinyGguf('qwen2'));
  write(at(`ollama/manifests/${library}/broken/latest`), '\u001b[31m{');
  writeRepository(at('hub'), 'org/name', { 'a-Q8_0.gguf': tinyGguf() });
  write(
    at('llama/encoder.gguf'),
    tinyGguf('llama', { 'general.architecture': ['string', 'bert'] }),
  );
});

test('models lists them with what they can do, or why not', () => {
  const { code, out } = run(['models', '--json'], '', env);
  expect(code).toBe(0);
  const lines = linesOf(out);
  // The tests' bundle has no models beside it.
  const builtIn = lines.splice(0, 3);
  expect(builtIn.map(line => [line.place, line.name])).toEqual([
    ['built-in', 'coder'],
    ['built-in', 'reasoner'],
    ['built-in', 'stories260K'],
  ]);
  expect(lines.map(line => [line.place, line.name, line.opens])).toEqual([
    ['hub', 'org/name/a-Q8_0.gguf', 'model'],
    ['ollama', 'broken:latest', 'no'],
    ['ollama', 'tiny:0.5b', 'model'],
    ['llama.cpp', 'encoder', 'tokenizer'],
  ]);
  expect(Object.keys(lines[3]).sort()).toEqual(Object.keys(builtIn[0]).sort());
});

test('for people it is a table of each place', () => {
  const { code, out } = run(['models'], '', env);
  expect(code).toBe(0);
  expect(out).toMatch(/^built in +family +parameters/m);
  expect(out).toMatch(/^ollama:tiny:0\.5b +qwen2 .*exact bytes$/m);
  expect(out).toMatch(/^ollama:broken:latest .*cannot be read/m);
  expect(out).toMatch(/encoder\.gguf +bert .*Tokens alone\. .*an encoder/m);
});

test('--model takes names of models that are here', () => {
  const names = ['ollama:tiny:0.5b', 'hf:org/name', 'hf:org/name:q8_0', 'hf:org/name/a-Q8_0.gguf'];
  for (const name of names) {
    const { code, out, err } = run(['inspect', '-', '--json', '--model', name], 'ab', env);
    expect([name, code, err]).toEqual([name, 0, '']);
    expect(linesOf(out)).toHaveLength(2);
  }
});

test('names of others are refused in one line', () => {
  const missing = run(['tokens', '-', '--model', 'hf:org/other'], 'a', env);
  expect(missing).toMatchObject({ code: 2, out: '' });
  expect(missing.err).toBe(
    'tokenscope: hf:org/other is not on this machine. Download it with `tokenscope get org/other`.\n',
  );
  expect(run(['tokens', '-', '--model', 'ollama:other'], 'a', env).err).toMatch(
    /ollama pull other/,
  );
  expect(run(['models', 'more'], '', env)).toMatchObject({ code: 2 });
});
