// An autoencoder opened beside its model, with what views and the command line ask of it.
import { setImmediate } from 'node:timers/promises';
import type { Label } from '../../core/sae/featureLabels';
import type { FeatureName, TokenFeatures } from '../../core/sae/featureValues';
import { tokenFeaturesOf } from '../../core/sae/tokenFeatures';
import { Cancelled, UserError } from '../../core/errors';
import type {
  EffectView,
  FeatureOptions,
  FeatureSelection,
  FeatureTable,
  FeaturesAt,
  SaeInfo,
} from '../../protocol/features';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { FeatureWindows } from '../scoring/featureWindows';
import type { FeatureContext } from './featureContext';
import { featureEffect, type EffectRequest } from './featureEffect';
import { featuresAt } from './featuresAt';
import { featureTable } from './featureTable';
import { keepLabels, readLabelFiles } from './keptLabels';
import { LogitEffects } from './logitEffects';
import { OpenedSae } from './openedSae';

export interface SaeOpening {
  readonly signal?: AbortSignal | undefined;
  /** In steps. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Its file is read, and its graph is loaded. */
const OPENING_STEPS = 2;

export class FeatureService implements FeatureContext {
  readonly windows: FeatureWindows;
  readonly effects: LogitEffects;

  private constructor(
    readonly opened: OpenedSae,
    readonly model: Model,
  ) {
    this.windows = new FeatureWindows(opened, model);
    this.effects = new LogitEffects(opened, model);
  }

  /**
   * In place of `before`. Throws `UserError` if the autoencoder cannot be read or does not fit the model, and `Cancelled`
   * when aborted: the model has the one before, then.
   */
  static async open(
    model: Model,
    path: string,
    before?: OpenedSae,
    { signal, onProgress = () => {} }: SaeOpening = {},
  ): Promise<FeatureService> {
    onProgress(0, OPENING_STEPS);
    const opened = OpenedSae.open(path);
    onProgress(1, OPENING_STEPS);
    // A file is read in one go: an abort is heard after it.
    if (signal) await setImmediate();
    if (signal?.aborted) throw new Cancelled();
    await model.openSae(opened.sae, { signal, before: before?.sae });
    onProgress(OPENING_STEPS, OPENING_STEPS);
    return new FeatureService(opened, model);
  }

  get info(): SaeInfo {
    const { opened } = this;
    const { name, source, width, features } = opened.sae;
    return {
      name: opened.name,
      path: opened.path,
      format: name,
      hook: source.hook ?? '',
      model: source.model,
      width,
      features,
      labelled: opened.labelled,
      keptLabels: opened.kept,
      keptIn: opened.keptIn,
      neuronpedia: source.neuronpedia,
      knowsMax: opened.knowsMax,
      knowsDensity: source.density !== null,
    };
  }

  /** Takes the labels of files in place of those that it took before. `keeps`: for the next time that it is opened, too. Throws `UserError`. */
  takeLabels(files: readonly string[], source: string | undefined, keeps: boolean): string[] {
    const { opened } = this;
    const limits = { features: opened.sae.features, source };
    const none = { labels: new Map<number, Label>(), problems: [] };
    const { labels, problems } = files.length > 0 ? readLabelFiles(files, limits) : none;
    if (keeps) keepLabels(opened.keptIn, labels);
    opened.setKeptLabels(labels);
    return problems;
  }

  name(feature: number): FeatureName {
    return this.opened.featureName(feature);
  }

  /** Throws `UserError` if there is no such feature. */
  checkFeature(feature: number): void {
    const { features } = this.opened.sae;
    if (Number.isInteger(feature) && feature >= 0 && feature < features) return;
    throw new UserError(
      `Feature ${feature} does not exist: features are numbered from 0 to ${features - 1}.`,
    );
  }

  /** Features of tokens [first, end). `pending`: how many of these tokens are not encoded yet. */
  tokenFeatures(
    document: Document,
    first: number,
    end: number,
    { pins, densityCutoff }: FeatureOptions,
  ): { features: TokenFeatures; pending: number } {
    const { parts, pending } = this.windows.known(document, first, end);
    return {
      features: tokenFeaturesOf(parts, first, end, this.opened, pins, densityCutoff),
      pending,
    };
  }

  featuresAt(document: Document, utf16: number, details: boolean): Promise<FeaturesAt | null> {
    return featuresAt(this, document, utf16, details);
  }

  featureTable(
    document: Document,
    choice: FeatureSelection,
    densityCutoff: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<FeatureTable> {
    return featureTable(this, document, { choice, densityCutoff, limit }, signal);
  }

  /** Throws `UserError` if there is no such feature, or no token at the offset. */
  async effect(
    document: Document,
    request: EffectRequest,
    signal: AbortSignal,
    onProgress?: (done: number, total: number) => void,
  ): Promise<EffectView> {
    this.checkFeature(request.feature);
    return featureEffect(this, document, request, signal, onProgress);
  }
}
