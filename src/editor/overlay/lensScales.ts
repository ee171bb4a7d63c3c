// The scales of lenses: as dense as the setting says, and following the model that is open, whose values over sample texts are
// measured once and kept.
import { EventEmitter, Uri, workspace, type Disposable, type Memento } from 'vscode';
import {
  followsModel,
  withDensity,
  type Density,
  type MeasuredBounds,
} from '../../core/lenses/density';
import { lenses, type LensId } from '../../core/lenses/lenses';
import type { Lens } from '../../core/lenses/lens';
import type { Engine } from '../engine/engineClient';
import { onDidChangeAny } from '../setting';
import { settings } from '../settings';

const KEY = 'lensScales';
/** Models and lenses that are remembered. */
const MAX_KEPT = 200;
/** Code, and a little prose. */
const TEXTS = ['retry.ts', 'readings.py', 'twice.js', 'story.txt'];

/** By model and lens. Null: there is none. */
type Kept = Record<string, MeasuredBounds | null>;

export class LensScales {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly listener: Disposable;
  /** Keys that are being measured. */
  private readonly underWay = new Set<string>();
  private previewed: Density | undefined;
  /** The lens that was asked for last: the same object until its scale changes. */
  private made: { of: readonly unknown[]; lens: Lens } | undefined;

  /** `samples`: the folder of the sample texts; `openSae`: what identifies the autoencoder that is open, if there is one. */
  constructor(
    private readonly engine: Engine,
    private readonly storage: Memento,
    private readonly samples: Uri,
    private readonly openSae: () => unknown,
    private readonly onError: (error: unknown) => void,
  ) {
    this.listener = onDidChangeAny(Object.values(settings.overlay), () => this.changed.fire());
  }

  get density(): Density {
    return this.previewed ?? settings.overlay.density.value;
  }

  /** Shows a density without setting it; undefined: that of the setting again. */
  preview(density: Density | undefined): void {
    this.previewed = density;
    this.changed.fire();
  }

  lensOf(id: LensId): Lens {
    const key = this.keyOf(id);
    const measured = key === undefined ? undefined : (this.kept[key] ?? undefined);
    const of = [id, this.density, measured];
    if (!this.made?.of.every((part, i) => part === of[i]))
      this.made = { of, lens: withDensity(lenses[id], this.density, measured) };
    return this.made.lens;
  }

  /** Measures the scale of a lens for the model that is open, unless it is known. */
  async follow(id: LensId): Promise<void> {
    const key = this.keyOf(id);
    if (key === undefined || this.underWay.has(key) || key in this.kept) return;
    this.underWay.add(key);
    try {
      const texts = await Promise.all(TEXTS.map(name => this.textOf(name)));
      const features = lenses[id].needs.includes('features')
        ? { features: { pins: [], densityCutoff: settings.features.densityCutoff.value } }
        : {};
      const bounds = await this.engine.call(({ remote }) =>
        remote.measureScale({ lens: id, texts, ...features }),
      );
      // Another model may have been opened meanwhile, and measured.
      if (this.keyOf(id) !== key) return;
      const others = Object.entries(this.kept).slice(1 - MAX_KEPT);
      await this.storage.update(KEY, { ...Object.fromEntries(others), [key]: bounds });
      this.changed.fire();
    } catch (error) {
      this.onError(error);
    } finally {
      this.underWay.delete(key);
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }

  private get kept(): Kept {
    return this.storage.get<Kept>(KEY, {});
  }

  /** Undefined where the lens's own bounds are to be shown, or no model is open. */
  private keyOf(id: LensId): string | undefined {
    const { state } = this.engine;
    if (state.kind !== 'ready' || !state.model.scores) return undefined;
    if (!followsModel(lenses[id]) || settings.overlay.scale.value === 'fixed') return undefined;
    const { folder, name, weightsTime = 0 } = state.model;
    const sae = lenses[id].needs.includes('features') ? this.openSae() : null;
    // It is opened when its lens is first drawn.
    if (sae === undefined) return undefined;
    return JSON.stringify([id, folder, name, weightsTime, sae]);
  }

  private async textOf(name: string): Promise<string> {
    const bytes = await workspace.fs.readFile(Uri.joinPath(this.samples, name));
    return new TextDecoder().decode(bytes);
  }
}
