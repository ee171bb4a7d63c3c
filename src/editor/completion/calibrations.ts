// The form of prompt that suits each model best in this workspace: measured by a command, and remembered.
import { EventEmitter, workspace, type Memento, type Uri } from 'vscode';
import { decodeUtf8 } from '../../core/text/utf8';
import { UserError } from '../../core/errors';
import type { CalibratingEvent, CalibrationView } from '../../protocol/completion';
import type { Engine } from '../engine/engineClient';
import { cancellable, shareReporter } from '../ui/progress';
import { isInspectable } from '../ui/editorRanges';
import { PACKAGE_FOLDERS } from '../ui/packageFolders';
import { completionOptions } from './completionSettings';

const KEY = 'calibrations';
const CUTS = 50;
const FILES = 60;
const MAX_BYTES = 200_000;
const CODE =
  '**/*.{ts,tsx,js,jsx,mjs,cjs,py,go,rs,java,kt,c,h,cc,cpp,hpp,cs,rb,php,swift,scala,lua,sh}';

export interface Calibration extends CalibrationView {
  files: number;
  /** ISO, to the day. */
  day: string;
}

export class Calibrations {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private progress: ((event: CalibratingEvent) => void) | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly memento: Memento,
  ) {
    engine.onEvent('calibrating', event => this.progress?.(event));
  }

  /** `folder`: the model's. */
  calibrationOf(folder: string): Calibration | undefined {
    return this.memento.get<Record<string, Calibration>>(KEY)?.[folder];
  }

  /** Undefined if it was cancelled. Throws `UserError`. */
  async run(): Promise<Calibration | undefined> {
    try {
      return await cancellable('Tokenscope: calibrating completions', async (signal, progress) => {
        const report = shareReporter(progress);
        this.progress = ({ done, total }) => report(done, total, `${done} of ${total} places`);
        const texts = await textsOfWorkspace();
        const { contextTokens } = completionOptions('');
        const { folder, found } = await this.engine.call(async ({ remote, model }) => {
          const request = { texts, cuts: CUTS, contextTokens };
          return { folder: model.folder, found: await remote.calibrate(request, signal) };
        });
        if ('refused' in found) throw new UserError(`Not calibrated: ${found.refused}.`);
        const day = new Date().toISOString().slice(0, 10);
        const calibration = { ...found, files: texts.length, day };
        const all = this.memento.get<Record<string, Calibration>>(KEY) ?? {};
        await this.memento.update(KEY, { ...all, [folder]: calibration });
        this.changed.fire();
        return calibration;
      });
    } finally {
      this.progress = undefined;
    }
  }

  dispose(): void {
    this.changed.dispose();
  }
}

/** The user's own code: from the workspace's files, else from the open documents. */
async function textsOfWorkspace(): Promise<string[]> {
  const uris = await workspace.findFiles(CODE, PACKAGE_FOLDERS, FILES * 10);
  const step = Math.max(1, Math.floor(uris.length / FILES));
  const some = uris
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .filter((_, i) => i % step === 0)
    .slice(0, FILES);
  const texts = (await Promise.all(some.map(read))).filter(text => text !== undefined);
  if (texts.length > 0) return texts;
  return workspace.textDocuments.filter(isInspectable).map(document => document.getText());
}

/** Undefined where a file is no text, is too large, or cannot be read. */
async function read(uri: Uri): Promise<string | undefined> {
  try {
    const bytes = await workspace.fs.readFile(uri);
    return bytes.length > MAX_BYTES ? undefined : decodeUtf8(bytes);
  } catch {
    return undefined;
  }
}
