// The autoencoder on the editor's side: opened at the first request, with the user's labels; sends requests about it.
import { EventEmitter, Uri, workspace, type Disposable, type Memento } from 'vscode';
import type { Remote } from '../../protocol/channel';
import { Cancelled, UserError } from '../../core/errors';
import type { EngineApi } from '../../protocol/engine';
import type { ModelInfo } from '../../protocol/models';
import type { DocumentVersion } from '../../protocol/types';
import type { FeatureOptions, SaeInfo, UserLabel } from '../../protocol/features';
import type { Engine, RunningEngine } from '../engine/engineClient';
import type { OverlayState } from '../overlay/overlayState';
import { settings } from '../settings';
import { AUTOENCODERS, keepingOpen } from '../ui/keepingOpen';
import type { Text } from '../overlay/textSource';
import type { DocumentSync } from '../engine/documentSync';

const LABELS_KEY = 'featureLabels';

export class Autoencoder {
  private readonly changed = new EventEmitter<void>();
  /** Another autoencoder, other labels, or another feature on the inspector's page. */
  readonly onDidChange = this.changed.event;
  private readonly reopened = new EventEmitter<void>();
  /** The settings chose another autoencoder or other options: views hold what the previous ones said. */
  readonly onDidReopen = this.reopened.event;
  private readonly listeners: Disposable[];
  private opened: SaeInfo | null | undefined;
  /** The path that was opened last; empty: the model's own. */
  private openedPath: string | undefined;
  /** Whether something has asked the engine's process for one. */
  private isNeeded = false;
  private whyNot = '';
  private shown: number | undefined;
  private isAskedFor = false;

  constructor(
    readonly engine: Engine,
    private readonly texts: DocumentSync,
    private readonly state: OverlayState,
    private readonly memento: Memento,
    /** Of the extension: another version has another folder. */
    private readonly installed: string,
    onError: (error: unknown) => void,
  ) {
    const { autoencoder: path, densityCutoff } = settings.features;
    this.listeners = [
      path.onDidChange(() => {
        this.follow(path.value).catch(onError);
      }),
      densityCutoff.onDidChange(() => this.reopened.fire()),
      // A process that starts has none open, whatever the one before it had.
      engine.onDidChangeState(({ kind }) => {
        if (kind !== 'starting') return;
        this.opened = undefined;
        this.isNeeded = false;
      }),
    ];
  }

  /** Undefined before it is opened; null if there is none. */
  get info(): SaeInfo | null | undefined {
    return this.opened;
  }

  /** Why it cannot be used; empty if it can, or if there is none. */
  get problem(): string {
    return this.whyNot;
  }

  /** The repository of one that is published for the open model. */
  get published(): string | undefined {
    const { state } = this.engine;
    return state.kind === 'ready' ? state.model.publishedSae?.repository : undefined;
  }

  /** The feature whose page the inspector shows. */
  get page(): number | undefined {
    return this.shown;
  }

  show(feature: number | undefined): void {
    this.shown = feature;
    this.isAskedFor = feature !== undefined;
    this.changed.fire();
  }

  /** Whether the page of a feature was asked for since the last call: the inspector then opens its tab. */
  takeRequest(): boolean {
    const { isAskedFor } = this;
    this.isAskedFor = false;
    return isAskedFor;
  }

  /** What views need to know of features; undefined unless the lens over the text is about features. */
  optionsForLens(): FeatureOptions | undefined {
    return this.state.isOn && this.state.lens.needs.includes('features')
      ? this.options()
      : undefined;
  }

  options(): FeatureOptions {
    return { pins: this.state.pins, densityCutoff: settings.features.densityCutoff.value };
  }

  /** Opens the chosen autoencoder, once for each run of the engine. Returns whether there is one. */
  open = async (running: RunningEngine): Promise<boolean> => {
    running.process.sae ??= this.openChosen(running);
    return (await running.process.sae) !== null;
  };

  /** Throws `UserError` if there is none, and `Cancelled` if another one was opened before the answer came. */
  call<T>(request: (remote: Remote<EngineApi>, running: RunningEngine) => Promise<T>): Promise<T> {
    return this.engine.call(async running => {
      if (!(await this.open(running))) throw new UserError(this.whyNot || noSae(running.model));
      const { opened } = this;
      const answer = await request(running.remote, running);
      if (this.opened !== opened) throw new Cancelled();
      return answer;
    });
  }

  /** What is open. Throws `UserError` where there is none. */
  async needed(): Promise<SaeInfo> {
    return this.call(() => Promise.resolve(this.opened!));
  }

  askAbout<T>(
    document: Text,
    request: (remote: Remote<EngineApi>, at: DocumentVersion) => Promise<T>,
  ): Promise<T> {
    return this.call((remote, running) =>
      request(remote, this.texts.ensureSent(running, document)),
    );
  }

  /** The user's labels for the open autoencoder. */
  get labels(): readonly UserLabel[] {
    return this.memento.get<readonly UserLabel[]>(this.labelsKey, []);
  }

  /** Replaces the user's label of a feature; an empty description removes it. */
  async label(label: UserLabel): Promise<void> {
    await this.needed();
    const others = this.labels.filter(({ feature }) => feature !== label.feature);
    const labels = label.description ? [...others, label] : others;
    await this.call(remote => remote.setUserLabels({ labels }));
    await this.memento.update(this.labelsKey, labels);
    this.changed.fire();
  }

  private get labelsKey(): string {
    return `${LABELS_KEY}:${this.opened ? this.keyOf(this.opened) : ''}`;
  }

  /** What is remembered of an autoencoder is kept by its path; of one that comes with the extension, below its folder. */
  private keyOf({ path }: SaeInfo): string {
    return path.startsWith(this.installed) ? path.slice(this.installed.length) : path;
  }

  /** Takes labels of files, as `keepLabels` of the engine does. */
  async keepLabels(files: readonly string[], source: string | null) {
    const kept = await this.call(remote => remote.keepLabels({ files, source }));
    this.opened = kept.info;
    this.changed.fire();
    return kept;
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
    this.changed.dispose();
    this.reopened.dispose();
  }

  /**
   * Opens another autoencoder in place of the one before. Throws `UserError` where it cannot be, and `Cancelled` when
   * aborted: that stays open.
   */
  async switchTo(path: string, signal?: AbortSignal): Promise<void> {
    await this.engine.call(async running => {
      const opened = await this.openAt(running, path, signal);
      running.process.sae = Promise.resolve(opened);
    });
    this.changed.fire();
    this.reopened.fire();
  }

  /**
   * Opens the autoencoder that the setting names now. Every window hears of the setting, also one whose model it is not
   * for: where nothing has asked for features, it is opened when something does. A path that leads nowhere is reported at once.
   */
  private async follow(path: string): Promise<void> {
    if (!this.engine.running || (this.opened && path === this.openedPath)) return;
    if (!this.isNeeded && (path === '' || (await exists(path)))) return;
    await keepingOpen(this.switchTo(path), AUTOENCODERS, 'tokenscope.features.autoencoder');
  }

  private async openChosen(running: RunningEngine): Promise<SaeInfo | null> {
    const { openedPath: before } = this;
    const path = settings.features.autoencoder.value;
    try {
      await this.openAt(running, path);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.opened = null;
      this.whyNot = error.message;
      // The setting was edited by hand, and what was open stayed so.
      if (before !== undefined && before !== path) {
        await this.openAt(running, before).catch(() => {});
      }
    }
    this.changed.fire();
    return this.opened ?? null;
  }

  private async openAt(
    { remote }: RunningEngine,
    path: string,
    signal?: AbortSignal,
  ): Promise<SaeInfo | null> {
    this.isNeeded = true;
    const opened = await remote.openSae({ path }, signal);
    this.opened = opened;
    this.openedPath = path;
    this.whyNot = '';
    if (opened) {
      this.state.openSae(this.keyOf(opened));
      await remote.setUserLabels({ labels: this.labels });
    }
    return opened;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await workspace.fs.stat(Uri.file(path));
    return true;
  } catch {
    return false;
  }
}

/** What is said of a model without an autoencoder, and with one that is published for it. */
export function noSae({ publishedSae }: Pick<ModelInfo, 'publishedSae'>): string {
  return `This model comes without an autoencoder.${publishedSae?.about ?? ''} Choose one with ${AUTOENCODERS}.`;
}
