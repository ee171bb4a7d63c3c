// By which names on the hub a model's place and files say that it is known.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { readSae } from '../../../src/engine/sae/readSae';
import { tinyGguf, write } from '../../support/machine';
import { writeModelFolder } from '../../support/modelFolder';
import { stored, writeSafetensors } from '../../support/checkpoints';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-names-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A folder in a download cache. */
function inCache(repository: string): string {
  const own = join(scratch, `models--${repository.replace('/', '--')}`);
  mkdirSync(join(own, 'blobs'), { recursive: true });
  return join(own, 'snapshots', 'a'.repeat(40));
}

test('of a folder: its repository, and the name that it was saved under', () => {
  const folder = writeModelFolder(inCache('openai-community/gpt2'));
  expect(readModelFolder(folder).publishedNames).toEqual(['openai-community/gpt2']);
  const tuned = writeModelFolder(join(scratch, 'tuned'));
  writeFileSync(join(tuned, 'config.json'), JSON.stringify({ _name_or_path: 'gpt2' }));
  expect(readModelFolder(tuned).publishedNames).toEqual(['gpt2']);
  expect(readModelFolder(writeModelFolder(join(scratch, 'own'))).publishedNames).toEqual([]);
});

test('of a GGUF file: also its name, and what it was made from', () => {
  const bytes = tinyGguf('llama', {
    'general.name': ['string', 'Gemma 3 270m'],
    'general.base_model.0.repo_url': ['string', 'https://huggingface.co/google/gemma-3-270m'],
  });
  const path = write(join(inCache('someone/gemma-GGUF'), 'gemma.gguf'), bytes);
  expect(readModelFolder(path).publishedNames).toEqual([
    'someone/gemma-GGUF',
    'google/gemma-3-270m',
    'Gemma 3 270m',
  ]);
});

test('what is known of a published autoencoder besides its files holds in the download cache alone', () => {
  const write = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    const tensor = (name: string, shape: number[]) => ({
      name,
      shape,
      ...stored(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i)),
    });
    writeSafetensors(join(folder, 'sae_weights.safetensors'), [
      tensor('W_enc', [2, 3]),
      tensor('W_dec', [3, 2]),
      tensor('b_enc', [3]),
      tensor('b_dec', [2]),
    ]);
    const cfg = { d_in: 2, d_sae: 3, hook_point: 'blocks.8.hook_resid_pre' };
    writeFileSync(join(folder, 'cfg.json'), JSON.stringify(cfg));
    return readSae(folder).source;
  };
  const known = inCache('jbloom/GPT2-Small-SAEs-Reformatted');
  expect(write(join(known, 'blocks.8.hook_resid_pre')).centred).toBe(true);
  expect(write(join(inCache('other/saes'), 'blocks.8.hook_resid_pre')).centred).toBe(false);
});
