// What package.json promises, VS Code has.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'tokenscope.tokenscope';

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `${id} is not in this window`);
  return found;
}

interface Manifest {
  contributes?: {
    commands?: { command: string; title: string; category?: string }[];
    configuration?: { properties?: Record<string, { default?: unknown }> };
  };
}

const manifest = () => extension().packageJSON as Manifest;

describe('the extension', () => {
  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers exactly the commands of its manifest', async () => {
    await extension().activate();
    const declared = (manifest().contributes?.commands ?? []).map(({ command }) => command);
    const all = await vscode.commands.getCommands(true);
    // A view brings commands of its own, such as `tokenscope.inspector.focus`.
    const ours = all.filter(name => /^tokenscope\.[^.]+$/.test(name));
    assert.deepEqual(ours.sort(), declared.sort());
  });

  it('names every command and files it under Tokenscope', () => {
    for (const { command, title, category } of manifest().contributes?.commands ?? []) {
      assert.match(command, /^tokenscope\.[a-z][A-Za-z]+$/);
      assert.ok(title.length > 0, command);
      assert.equal(category, 'Tokenscope', command);
    }
  });

  it('has the settings of its manifest, with their defaults', () => {
    const properties = manifest().contributes?.configuration?.properties ?? {};
    for (const [name, { default: value }] of Object.entries(properties)) {
      assert.deepEqual(
        vscode.workspace.getConfiguration().inspect(name)?.defaultValue,
        value,
        name,
      );
    }
  });
});
