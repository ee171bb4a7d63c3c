import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openInBrowser } from './opener.mjs';

// The opener is a shell script, and Windows has no modes of files.
test.skipIf(process.platform === 'win32')(
  'the opener is given a page of this user alone, not the address with its token',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tokenscope-opener-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const heard = join(folder, 'heard');
    const program = join(folder, 'xdg-open');
    writeFileSync(
      program,
      `#!/bin/sh\necho "$@" > '${heard}.part'\nmv '${heard}.part' '${heard}'\n`,
    );
    chmodSync(program, 0o700);
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
    onTestFinished(() => void vi.unstubAllEnvs());

    openInBrowser('http://127.0.0.1:1/?tkn=5ec2e7&folder="x"', folder);

    const told = await vi.waitFor(() => readFileSync(heard, 'utf8').trim(), 10_000);
    expect(told).not.toContain('5ec2e7');
    const page = fileURLToPath(told);
    expect(statSync(page).mode & 0o777).toBe(0o600);
    expect(readFileSync(page, 'utf8')).toContain(
      'url=http://127.0.0.1:1/?tkn=5ec2e7&amp;folder=&quot;x&quot;"',
    );
  },
);
