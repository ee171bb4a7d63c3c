// What package.json promises, VS Code has.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { product } from './support';

const id = 'tokenscope.tokenscope';

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `${id} is not in this window`);
  return found;
}

interface Step {
  id: string;
  description: string;
  media: { image: Record<string, string>; altText: string };
}

interface Manifest {
  contributes?: {
    commands?: { command: string; title: string; category?: string }[];
    walkthroughs?: { id: string; steps: Step[] }[];
    configuration?: { properties: Record<string, { default?: unknown }> }[];
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
    const table = await (await product().activate()).commands();
    assert.deepEqual(
      Object.keys(table)
        .map(name => `tokenscope.${name}`)
        .sort(),
      declared,
    );
  });

  it('names every command and files it under Tokenscope', () => {
    for (const { command, title, category } of manifest().contributes?.commands ?? []) {
      assert.match(command, /^tokenscope\.[a-z][A-Za-z]+$/);
      assert.ok(title.length > 0, command);
      assert.equal(category, 'Tokenscope', command);
    }
  });

  it('walks a newcomer through with commands and pictures that are there', async () => {
    await extension().activate();
    const [walkthrough] = manifest().contributes?.walkthroughs ?? [];
    assert.equal(walkthrough?.steps.length, 5);
    const commands = await vscode.commands.getCommands(true);
    for (const { id, description, media } of walkthrough.steps) {
      const linked = [...description.matchAll(/command:([\w.]+)/g)].map(([, name]) => name!);
      assert.ok(linked.length > 0, id);
      for (const name of linked) assert.ok(commands.includes(name), name);
      assert.deepEqual(Object.keys(media.image).sort(), ['dark', 'hc', 'hcLight', 'light'], id);
      for (const path of Object.values(media.image)) {
        const picture = vscode.Uri.joinPath(extension().extensionUri, path);
        const { size } = await vscode.workspace.fs.stat(picture);
        assert.ok(size < 150_000, `${path} has ${size} bytes`);
      }
    }
  });

  it('has the settings of its manifest, with their defaults', () => {
    const groups = manifest().contributes?.configuration ?? [];
    const properties = groups.flatMap(group => Object.entries(group.properties));
    assert.ok(properties.length > 30);
    for (const [name, { default: value }] of properties) {
      assert.deepEqual(
        vscode.workspace.getConfiguration().inspect(name)?.defaultValue,
        value,
        name,
      );
    }
  });
});
