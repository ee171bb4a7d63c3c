// Each lens after each other one: what is drawn and said is the second one's, and nothing of the first one is left. The
// pixels of some of the pairs are compared in test/ui/lenses.spec.ts, those of all by `npm run prove`.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { needsModel, type Lens } from '../../src/core/lenses/lens';
import { lenses, lensIds, type LensId } from '../../src/core/lenses/lenses';
import { closedWalk } from '../support/closedWalk';
import { engine, hoverText, open, product, run, until } from './support';

/** The built-in model is no mixture of experts, whose routing could be drawn. */
const drawable = lensIds.filter(id => id !== 'routing');

/** Of the lenses on layers, which share their pass, one of each kind: read up to a token, of a window, and added up. */
const LAYERS: readonly LensId[] = ['exitDepth', 'redundancy', 'lookAhead'];
const walked = drawable.filter(id => lenses[id].group !== 'layers' || LAYERS.includes(id));

/** Feature 729 fires on `raise`, so that the lens of pinned features has something to draw; so have those of digits and of words. */
const TEXT = `import os

for name in os.listdir('.'):
    if name.endswith('.py'):
        raise ValueError(name)  # 12345 zażółć
`;
const FEATURE = 729;
const AT = TEXT.indexOf('raise') + 1;

describe('each lens after each other one', () => {
  const set = (name: string, value: unknown) =>
    vscode.workspace
      .getConfiguration('tokenscope')
      .update(name, value, vscode.ConfigurationTarget.Global);
  const choose = (id: LensId) => vscode.commands.executeCommand('tokenscope.chooseLens', id);
  let editor: vscode.TextEditor;

  /** What a person sees and reads. */
  const seen = async () => ({
    isScoring: product().exports.passes.isScoring(editor.document),
    status: product().exports.status.view,
    hover: ownOf(await hoverText(editor.document, AT), product().exports.status.view?.text),
    // What is drawn names the version of the text, too.
    drawn: product()
      .exports.overlay.drawnIn(editor)
      ?.map(([type, key]) => `${type} ${key.replace(/^\d+:/, '')}`)
      .sort(),
  });
  type Seen = Awaited<ReturnType<typeof seen>>;
  /** After no other lens. */
  const alone = new Map<LensId, Seen>();

  const complete = (id: LensId) =>
    until(
      seen,
      ({ isScoring, drawn = [], status }) =>
        !isScoring && drawn.length > 0 && isCounted(id, status?.text),
    );

  async function isAlone(id: LensId, before: LensId | undefined): Promise<void> {
    const expected = alone.get(id)!;
    const isSame = (now: Seen) => JSON.stringify(now) === JSON.stringify(expected);
    const isRight = await until(seen, isSame).then(
      () => true,
      () => false,
    );
    if (!isRight) assert.deepEqual(await seen(), expected, `${id} after ${before ?? 'none'}`);
  }

  before(async () => {
    await product().activate();
    // Scales that are measured meanwhile would change what is drawn.
    await set('overlay.scale', 'fixed');
    await set('overlay.density', 'full');
    // All that a lens may need: a pair, another model, and a feature that is pinned.
    await set('pair.positivePrompt', '// sorted words\n');
    await set('pair.negativePrompt', '# once upon a time\n');
    await set('compare.tokenizer', join(product().extensionPath, 'models/stories260K'));
    editor = await open(TEXT, 'python');
    await vscode.commands.executeCommand('tokenscope.pinFeature', FEATURE);
  });
  after(async () => {
    await run('unpinFeatures');
    await choose('surprisal');
    await run('toggleOverlay');
    for (const name of [
      'overlay.scale',
      'overlay.density',
      'pair.positivePrompt',
      'pair.negativePrompt',
      'compare.tokenizer',
    ])
      await set(name, undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    engine().stop();
  });

  it('draws and says what it does after none', async function () {
    this.timeout(600_000);
    for (const id of drawable) {
      await run('toggleOverlay');
      const off = await until(seen, ({ drawn }) => drawn?.length === 0);
      assert.equal(off.hover, '');
      // A new engine knows nothing of the lens before.
      engine().stop();
      await choose(id);
      alone.set(id, await complete(id));
    }
    const pictures = [...alone.values()].map(({ drawn, hover }) => JSON.stringify([drawn, hover]));
    assert.equal(new Set(pictures).size, drawable.length, 'no two lenses draw and say the same');
    const pairs = new Set<string>();
    let before: LensId | undefined;
    for (const id of closedWalk(walked)) {
      // However late an answer about the lens before it came, it changed nothing.
      if (before) assert.deepEqual(await seen(), alone.get(before), before);
      await choose(id);
      await isAlone(id, before);
      if (before) pairs.add(`${before} ${id}`);
      before = id;
    }
    assert.equal(pairs.size, walked.length * (walked.length - 1));
  });

  it('also where the first one is still being scored', async function () {
    this.timeout(600_000);
    const start = new vscode.Position(0, 0);
    for (const [i, first] of drawable.entries()) {
      const second = drawable[(i + 5) % drawable.length]!;
      await editor.edit(edit => edit.insert(start, ' '));
      await editor.edit(edit => edit.delete(new vscode.Range(start, start.translate(0, 1))));
      const begun = choose(first);
      await choose(second);
      await begun;
      await isAlone(second, first);
    }
  });
});

/** A lens without scores says those that are known all the same. */
function ownOf(hover: string, status = ''): string {
  const hasScores = Object.values<Lens>(lenses).some(
    lens => needsModel(lens) && status.includes(` · ${lens.title} · `),
  );
  return hasScores
    ? hover
    : hover
        .split('\n')
        .filter(line => / — index \d/.test(line))
        .join('\n');
}

/** Whether the status item has the lens and the counts of both tokenizers, and no progress. */
function isCounted(id: LensId, text = ''): boolean {
  return text.includes(` · ${lenses[id].title} · `) && /tokens · .* tokens$/.test(text);
}
