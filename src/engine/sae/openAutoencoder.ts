// The autoencoder that is open beside the model, if one is.
import { UserError } from '../../core/errors';
import type { Model } from '../models/model';
import { FeatureService, type SaeOpening } from './featureService';

export class OpenAutoencoder {
  private service: FeatureService | undefined;
  /** Whether one was asked for and there is none: then nothing is pending. */
  isMissing = false;

  get current(): FeatureService | undefined {
    return this.service;
  }

  /**
   * In place of the one before; an empty path: the one that comes with the model, if there is one. Throws `UserError`
   * where it cannot be opened, and `Cancelled` when aborted: the one before stays open.
   */
  async open(
    model: Model,
    path: string,
    opening?: SaeOpening,
  ): Promise<FeatureService | undefined> {
    const [own] = model.info.scores ? model.saeFolders : [];
    const wanted = path || own;
    try {
      const before = this.service?.opened;
      this.service = wanted ? await FeatureService.open(model, wanted, before, opening) : undefined;
    } finally {
      this.isMissing = !this.service;
    }
    return this.service;
  }

  /** Throws `UserError` where none is open. */
  needed(): FeatureService {
    if (this.service) return this.service;
    throw new UserError(
      'No autoencoder is open. The built-in model comes with one; for another model choose one with ' +
        '"Tokenscope: Choose Autoencoder…".',
    );
  }

  /** Another model is open: the autoencoder belonged to the one before. */
  close(): void {
    this.service = undefined;
    this.isMissing = false;
  }
}
