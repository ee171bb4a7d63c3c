// What the editor asks the engine about documents, which it has sent by then.
import type { Remote } from '../../protocol/channel';
import { isOfLayers } from '../../core/layers/layerPasses';
import type { Lens, PassId } from '../../core/lenses/lens';
import { lenses, type LensId } from '../../core/lenses/lenses';
import type { FileCount, TokenCount } from '../../protocol/compare';
import type { EngineApi } from '../../protocol/engine';
import type { FeatureOptions } from '../../protocol/features';
import type { GateView, LayersPart, LayersView } from '../../protocol/layers';
import type { ModelReport } from '../../protocol/models';
import type { CharacterView, TokenView, ViewRequest } from '../../protocol/scores';
import type { SplitView } from '../../protocol/split';
import type { DocumentVersion, Range16 } from '../../protocol/types';
import type { ShownText, Text, TextAt } from '../overlay/textSource';
import { layerOptions, settings } from '../settings';
import type { DocumentSync } from './documentSync';
import type { Engine } from './engineClient';
import type { ScoringPasses } from './scoringPasses';

/** Tokens painted at once. */
export const VIEW_TOKENS = 3000;

export interface VersionedView {
  readonly version: number;
  readonly view: TokenView;
}

/** How the passes of a lens are run and read: what a pair says, from where the answer begins. */
export function passOptions(
  { needs }: Pick<Lens, 'needs'>,
  { answerStart = 0 }: { answerStart?: number | undefined },
): Pick<ViewRequest, 'contrast' | 'chunkTokens' | 'layers'> & { passes: readonly PassId[] } {
  const contrast = { from: answerStart, centred: settings.pair.centre.value };
  return {
    passes: needs,
    ...(needs.includes('chunks') && { chunkTokens: settings.report.chunkTokens.value }),
    ...(needs.some(isOfLayers) && { layers: layerOptions() }),
    ...(needs.includes('contrast') && { contrast }),
  };
}

export class EngineQueries {
  constructor(
    private readonly engine: Engine,
    private readonly texts: DocumentSync,
    readonly passes: ScoringPasses,
    /** How views read features; undefined where the lens needs none. */
    private readonly featureOptions: () => FeatureOptions | undefined,
  ) {}

  /** What is open: another object once another model is. */
  get opened(): Engine['state'] {
    return this.engine.state;
  }

  async view(
    document: Text,
    range: Range16,
    request: Omit<ViewRequest, 'range' | 'maxTokens' | 'features'> & { maxTokens?: number } = {},
  ): Promise<VersionedView> {
    const features = request.second ? undefined : this.featureOptions();
    const options = { maxTokens: VIEW_TOKENS, ...request, range, ...(features && { features }) };
    return this.ask(document, async (remote, at) => {
      const view = await remote.view({ ...at, ...options });
      return { version: at.version, view };
    });
  }

  /**
   * What a lens colours; of more tokens than are painted at once, those around an offset. Nothing, where bytes are
   * asked for and are not available exactly: the passes' note says why.
   */
  async viewForLens(
    { text, cursorOffset, answerStart }: Pick<ShownText, 'text' | 'cursorOffset' | 'answerStart'>,
    range: Range16,
    lens: Lens,
  ): Promise<{ version: number; view: TokenView | CharacterView }> {
    if (lens.per === 'token') {
      const around = cursorOffset === undefined ? {} : { around: cursorOffset };
      return this.view(text, range, { ...passOptions(lens, { answerStart }), ...around });
    }
    if (lens.per === 'unit')
      return this.ask(text, async (remote, at) => {
        return { version: at.version, view: await remote.units({ ...at, range }) };
      });
    if (lens.needs.includes('deleteGate'))
      return this.ask(text, async (remote, at) => {
        const gateFolder = settings.layers.gateFolder.value;
        const view = await remote.gateCharacters({ ...at, range, gateFolder });
        return { version: at.version, view };
      });
    const difference = lens.needs.includes('secondBytes');
    return this.ask(text, async (remote, at) => {
      const found = await remote.characters({ ...at, range, difference });
      if (!('refused' in found)) return { version: at.version, view: found };
      this.passes.note(at, { ...found, passes: lens.needs });
      const none = new Uint32Array();
      const view = { utf16Starts: none, utf16Ends: none, bits: new Float32Array(), pending: 0 };
      return { version: at.version, view };
    });
  }

  /** The index of the first token that a model wrote, from which those of a trace are counted; 0 in other texts. */
  async firstToken({ text, answerStart = 0, saved }: Omit<TextAt, 'placesOf' | 'utf16'>) {
    if (answerStart === 0 || saved) return 0;
    const { view } = await this.view(text, {
      utf16Start: answerStart,
      utf16End: answerStart + 1,
    });
    return view.first;
  }

  split(document: Text, at: number, typed: string): Promise<SplitView | null> {
    return this.ask(document, (remote, version) => remote.split({ ...version, at, typed }));
  }

  /** `bounds`: of the lens's heat scale, as it is drawn. */
  peak(
    { text, utf16: from, answerStart }: TextAt,
    lens: LensId,
    direction: 1 | -1,
    bounds?: readonly number[],
  ) {
    const features = this.featureOptions();
    const { passes: _, ...passed } = passOptions(lenses[lens], { answerStart });
    const options = { ...passed, ...(features && { features }), ...(bounds && { bounds }) };
    return this.ask(text, (remote, at) =>
      remote.peak({ ...at, lens, from, direction, ...options }),
    );
  }

  /** Null where there is no second tokenizer. */
  compare(document: Text, ranges: Range16[], visible: Range16[]) {
    return this.ask(document, async (remote, at) => {
      return { ...at, found: await remote.compare({ ...at, ranges, visible }) };
    });
  }

  difference(document: Text, from: number, direction: 1 | -1) {
    return this.ask(document, (remote, at) => remote.difference({ ...at, from, direction }));
  }

  countFile(bytes: Uint8Array, signal: AbortSignal): Promise<FileCount | null> {
    return this.engine.call(running => running.remote.countFile({ bytes }, signal));
  }

  count(document: Text, ranges: Range16[]): Promise<TokenCount> {
    return this.ask(document, (remote, at) => remote.count({ ...at, ranges }));
  }

  json(document: Text, range: Range16): Promise<string> {
    return this.ask(document, (remote, at) => remote.json({ ...at, range }));
  }

  nextBytes(document: Text, utf16: number, signal: AbortSignal) {
    return this.ask(document, (remote, at) => remote.nextBytes({ ...at, utf16 }, signal));
  }

  /** Null where there is no token. */
  layersAt(
    document: Text,
    utf16: number,
    parts: readonly LayersPart[],
    signal: AbortSignal,
  ): Promise<LayersView | null> {
    const request = { utf16, parts, nearShare: settings.layers.nearShare.value };
    return this.ask(document, (remote, at) => remote.layersAt({ ...at, ...request }, signal));
  }

  /** With the model that was measured. */
  compareLoads(document: Text, texts: string[], given: number, signal: AbortSignal) {
    return this.engine.call(async running => {
      const at = this.texts.ensureSent(running, document);
      const compared = await running.remote.compareLoads({ ...at, texts, given }, signal);
      return { model: running.model.name, compared };
    });
  }

  /** Null where there is no character, or no gate is open. */
  gateAt(document: Text, utf16: number): Promise<GateView | null> {
    const gateFolder = settings.layers.gateFolder.value;
    return this.ask(document, (remote, at) => remote.gateAt({ ...at, utf16, gateFolder }));
  }

  /** For people: what the tokens are made by. */
  tokenizers(): Promise<{ model: string; second: string | undefined }> {
    return this.engine.call(async ({ model }) => {
      const named = ({ name, tokenizer }: { name: string; tokenizer: string }) =>
        `${name} (${tokenizer})`;
      const { second } = this.engine;
      return { model: named(model), second: second ? named(second) : undefined };
    });
  }

  report(): Promise<ModelReport> {
    return this.engine.call(running => running.remote.report({}));
  }

  private ask<T>(
    document: Text,
    request: (remote: Remote<EngineApi>, at: DocumentVersion) => Promise<T>,
  ): Promise<T> {
    return this.engine.call(running =>
      request(running.remote, this.texts.ensureSent(running, document)),
    );
  }
}
