// The licence that the page of a repository says, in the model's report.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { licenceOfCard } from '../../../src/engine/models/cardLicence';
import { Model } from '../../../src/engine/models/model';
import { readModelFolder } from '../../../src/engine/models/modelFolder';
import { fakeBackend } from '../../support/fakeBackend';
import { BYTE_VOCAB, writeModelFolder } from '../../support/modelFolder';

const scratch = mkdtempSync(join(tmpdir(), 'tokenscope-card-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test.each([
  ['---\nlicense: apache-2.0\ntags:\n---\n# A model', 'apache-2.0'],
  ['---\r\nlicense: "mit"\r\n---\r\n', 'mit'],
  ['---\nlicense: other\nlicense_name: gemma\n---\n', 'gemma'],
  ['---\nlicense: other\n---\n', 'other'],
  ['# A model\nlicense: mit\n', null],
  ['---\ntags: []\n---\nlicense: mit\n', null],
  ['', null],
])('%j', (text, licence) => {
  expect(licenceOfCard(text)).toBe(licence);
});

test('is in the report, once, where there is a page', async () => {
  const folder = writeModelFolder(join(scratch, 'model'));
  const licences = async (facts: (readonly [string, string])[] = []) => {
    const { report } = fakeBackend(BYTE_VOCAB);
    const backend = fakeBackend(BYTE_VOCAB, { report: { ...report, facts } });
    const made = await new Model(readModelFolder(folder), backend, 64).report();
    return made.backend!.facts.filter(([name]) => name === 'Licence').map(([, value]) => value);
  };
  expect(await licences()).toEqual([]);
  // Of which the beginning is read.
  writeFileSync(join(folder, 'README.md'), `---\nlicense: mit\n---\n${'x'.repeat(100_000)}`);
  expect(await licences()).toEqual(['mit']);
  expect(await licences([['Licence', 'of its own file']])).toEqual(['of its own file']);
});
