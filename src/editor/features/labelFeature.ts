// A feature's label in the user's words, and a predicate that is tested against the feature as it is typed.
import { basename } from 'node:path';
import type { TextDocument } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';
import { activeText } from '../ui/editorRanges';
import { ask, createInput } from '../ui/messages';
import { plainText } from '../ui/plainText';
import type { Autoencoder } from './autoencoder';

/** While the predicate is typed, the box shows how it agrees with the feature on the open document. */
export async function labelFeature(autoencoder: Autoencoder, feature: number): Promise<void> {
  const { document } = activeText();
  // The labels are those of the autoencoder that is open.
  await autoencoder.needed();
  const own = autoencoder.labels.find(label => label.feature === feature);
  const description = await ask({
    title: `Tokenscope: label of feature ${feature}`,
    prompt: 'Describe what the feature fires on. Leave empty to remove your label.',
    value: own?.description ?? '',
  });
  if (description === undefined) return;
  if (description === '') return autoencoder.label({ feature, description, predicate: null });
  const predicate = await new Promise<string | undefined>(resolve => {
    const box = createInput(`Tokenscope: which tokens match “${description}”?`, PREDICATE_HELP);
    box.value = own?.predicate ?? '';
    const judge = async () => {
      const { value } = box;
      const message = value ? await judged(autoencoder, document, feature, value) : undefined;
      // What is typed by now is judged by itself.
      if (box.value === value) box.validationMessage = message;
    };
    box.onDidChangeValue(() => void judge());
    box.onDidAccept(() => {
      resolve(box.value);
      box.hide();
    });
    box.onDidHide(() => {
      resolve(undefined);
      box.dispose();
    });
    box.show();
    void judge();
  });
  if (predicate === undefined) return;
  const text = asPredicate(predicate);
  await checkPredicate(text);
  await autoencoder.label({ feature, description, predicate: text || null });
}

const PREDICATE_HELP =
  'A predicate such as class="word" & -1:token=".", or a regular expression for the token such as /^\\s*def$/. Leave empty for none.';

/** A regular expression alone applies to the token's text. */
function asPredicate(text: string): string {
  return /^\/.*\/$/.test(text.trim()) ? `token~${text.trim()}` : text.trim();
}

async function checkPredicate(text: string): Promise<void> {
  if (!text) return;
  const { predicateProblem } = await import('../../core/sae/predicate');
  const problem = predicateProblem(text);
  if (problem) throw new UserError(`The predicate cannot be read: ${problem}.`);
}

async function judged(
  autoencoder: Autoencoder,
  document: TextDocument,
  feature: number,
  text: string,
): Promise<{ message: string; severity: 1 | 3 } | undefined> {
  try {
    const predicate = asPredicate(text);
    await checkPredicate(predicate);
    const { fires, holds, both } = await autoencoder.askAbout(document, (remote, at) =>
      remote.agreement({ ...at, feature, predicate, language: document.languageId }),
    );
    const share = (of: number) => (of > 0 ? (both / of).toFixed(2) : '–');
    const message =
      `In ${basename(document.fileName)}: precision ${share(fires)} (of ${fires} tokens where it fires), ` +
      `recall ${share(holds)} (of ${holds} where it holds)`;
    return { message: plainText(message), severity: 1 };
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    return { message: plainText((error as Error).message), severity: 3 };
  }
}
