// Which files of a repository are an autoencoder, and how one is chosen.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { publishedSaes } from '../../src/core/sae/publishedSaes';
import { autoencodersOf, isOfAutoencoders, planAutoencoder } from '../../src/hub/autoencoders';
import { consentFacts } from '../../src/hub/consent';
import type { Repository } from '../../src/hub/repository';

function repository(...names: string[]): Repository {
  return {
    name: 'owner/saes',
    revision: 'main',
    commit: 'a'.repeat(40),
    licence: 'mit',
    isGated: false,
    files: names.map((name, i) => ({
      name,
      bytes: i + 1,
      checksum: { kind: 'git', hex: String(i).padStart(40, '0') },
    })),
  };
}

/** As the repositories of each format lay them out. */
const SAELENS = [8, 10, 9].flatMap(layer =>
  ['cfg.json', 'sae_weights.safetensors', 'sparsity.safetensors'].map(
    name => `blocks.${layer}.hook_resid_pre/${name}`,
  ),
);
const SCOPE_1 = ['layer_12/width_16k/average_l0_22', 'layer_12/width_16k/average_l0_82'].map(
  folder => `${folder}/params.npz`,
);
const SCOPE_2 = ['config.json', 'params.safetensors'].map(
  name => `resid_post/layer_12_width_16k_l0_medium/${name}`,
);
const SPARSIFY = ['cfg.json', 'sae.safetensors'].map(name => `layers.8/${name}`);

const planned = (names: string[], wanted?: string) =>
  planAutoencoder(repository(...names), '/cache', wanted);
const filesOf = (...args: Parameters<typeof planned>) =>
  planned(...args).files.map(({ name }) => name);

test('each format, with what is read beside the weights and the page that says the licence', () => {
  expect(filesOf(['README.md', ...SAELENS], 'blocks.9.hook_resid_pre')).toEqual([
    'README.md',
    'blocks.9.hook_resid_pre/sae_weights.safetensors',
    'blocks.9.hook_resid_pre/cfg.json',
    'blocks.9.hook_resid_pre/sparsity.safetensors',
  ]);
  expect(filesOf(SCOPE_1, 'average_l0_82')).toEqual([SCOPE_1[1]]);
  expect(filesOf(SCOPE_2)).toEqual(SCOPE_2.toReversed());
  expect(filesOf([...SPARSIFY, 'layers.8/optimizer.pt'])).toEqual(SPARSIFY.toReversed());
});

test('what is opened is its folder in the snapshot, and consent names it', () => {
  const plan = planned(SAELENS, '/blocks.8.hook_resid_pre/');
  const snapshot = join('/cache/models--owner--saes/snapshots', 'a'.repeat(40));
  expect(plan.path).toBe(join(snapshot, 'blocks.8.hook_resid_pre'));
  expect(plan.weights.kind).toBe('autoencoder');
  expect(consentFacts(plan)).toContainEqual(['autoencoder', 'blocks.8.hook_resid_pre']);
  // One in the repository itself.
  expect(planned(['cfg.json', 'sae_weights.safetensors']).path).toBe(snapshot);
});

test('layers are listed as numbers; one of several is named, or a part that is its alone', () => {
  expect(autoencodersOf(repository(...SAELENS).files).map(({ name }) => name)).toEqual([
    'blocks.8.hook_resid_pre',
    'blocks.9.hook_resid_pre',
    'blocks.10.hook_resid_pre',
  ]);
  expect(() => planned(SAELENS)).toThrow(
    'owner/saes has 3 autoencoders, and only one can be downloaded at a time. Choose one of blocks.8.hook_resid_pre, blocks.9.hook_resid_pre, blocks.10.hook_resid_pre.',
  );
  expect(() => planned(SAELENS, 'resid')).toThrow(/3 autoencoders with "resid" in their names/);
  expect(() => planned(SAELENS, 'blocks.7')).toThrow(/no autoencoder "blocks.7". Available: /);
  expect(planned(SAELENS, 'blocks.10').weights.name).toBe('blocks.10.hook_resid_pre');
});

test('a name that leads out of the cache is refused, and so are pickles', () => {
  expect(() => planned(['../../x/params.npz'])).toThrow(/a file with an unsafe name/);
  expect(() => planned(['layer0.sae.pt', 'config.json'])).toThrow(
    /can run code and are not loaded/,
  );
});

test('a repository of a model is none of autoencoders', () => {
  expect(isOfAutoencoders(repository(...SCOPE_1))).toBe(true);
  expect(isOfAutoencoders(repository('model.safetensors', 'sae/params.npz'))).toBe(false);
  expect(isOfAutoencoders(repository('README.md'))).toBe(false);
});

test('those that are suggested are folders of the formats that are read', () => {
  for (const { repository: name, folder, models, licence } of publishedSaes) {
    expect([name, ...models].every(each => /^[\w.-]+(\/[\w.-]+)?$/.test(each))).toBe(true);
    expect(folder).not.toMatch(/^\/|\/$|\.\.|\.safetensors$|\.npz$/);
    expect(licence).not.toBe('');
  }
});
