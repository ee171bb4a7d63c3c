// The variables of the hub's tools, in the order in which they count.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../src/core/errors';
import { readEnvironment } from '../../src/hub/environment';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tokenscope-home-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('without variables', () => {
  expect(readEnvironment({}, home)).toEqual({
    endpoint: 'https://huggingface.co',
    token: undefined,
    cacheFolder: join(home, '.cache/huggingface/hub'),
    isOffline: false,
  });
});

test('the folder of the cache', () => {
  const variables = {
    HF_HUB_CACHE: '/a',
    HUGGINGFACE_HUB_CACHE: '/b',
    HF_HOME: '/c',
    XDG_CACHE_HOME: '/d',
  };
  const without = (...names: string[]) =>
    readEnvironment(
      Object.fromEntries(Object.entries(variables).filter(([name]) => !names.includes(name))),
      home,
    ).cacheFolder;
  expect(without()).toBe('/a');
  expect(without('HF_HUB_CACHE')).toBe('/b');
  expect(without('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE')).toBe(join('/c', 'hub'));
  expect(without('HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HOME')).toBe(
    join('/d', 'huggingface/hub'),
  );
  expect(readEnvironment({ HF_HUB_CACHE: '~/x' }, home).cacheFolder).toBe(join(home, 'x'));
});

test('the token', () => {
  const folder = join(home, '.cache/huggingface');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'token'), 'hf_file\n');
  writeFileSync(join(home, 'mine'), 'hf_mine');
  const token = (variables: Record<string, string>) => readEnvironment(variables, home).token;
  expect(token({})).toBe('hf_file');
  expect(token({ HF_TOKEN_PATH: '~/mine' })).toBe('hf_mine');
  expect(token({ HF_TOKEN: ' hf_own ', HF_TOKEN_PATH: '~/mine' })).toBe('hf_own');
  expect(token({ HF_HOME: join(home, 'other') })).toBeUndefined();
  expect(token({ HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined();
  const older = { HUGGING_FACE_HUB_TOKEN: 'hf_older', HF_TOKEN_PATH: '~/mine' };
  expect(token(older)).toBe('hf_older');
  expect(token({ ...older, HF_TOKEN: 'hf_own' })).toBe('hf_own');
});

test('a token that cannot be one is refused by the name of its variable or file', () => {
  writeFileSync(join(home, 'wrong'), 'a\nb');
  const cases: [Record<string, string>, string][] = [
    [{ HF_TOKEN: 'a\nb', HUGGING_FACE_HUB_TOKEN: 'hf_older' }, 'The token in HF_TOKEN contains'],
    [{ HUGGING_FACE_HUB_TOKEN: 'a\nb' }, 'The token in HUGGING_FACE_HUB_TOKEN contains'],
    [{ HF_TOKEN_PATH: '~/wrong' }, `The token in ${join(home, 'wrong')} contains`],
    [{ HF_TOKEN_PATH: home }, `The token in ${home} cannot be read`],
  ];
  for (const [variables, message] of cases) {
    const read = () => readEnvironment(variables, home);
    expect(read).toThrow(UserError);
    expect(read).toThrow(message);
    expect(read).not.toThrow('a\nb');
  }
});

test('offline', () => {
  for (const value of ['1', 'ON', 'yes', 'True'])
    expect(readEnvironment({ HF_HUB_OFFLINE: value }, home).isOffline).toBe(true);
  for (const value of ['', '0', 'no'])
    expect(readEnvironment({ HF_HUB_OFFLINE: value }, home).isOffline).toBe(false);
});

test('another endpoint', () => {
  const endpoint = (value: string) => readEnvironment({ HF_ENDPOINT: value }, home).endpoint;
  expect(endpoint('https://mirror.example/hub/')).toBe('https://mirror.example/hub');
  for (const value of ['mirror.example', 'file:///x', 'https://user:secret@x', 'https://x/?a=b'])
    expect(() => endpoint(value)).toThrow(UserError);
});
