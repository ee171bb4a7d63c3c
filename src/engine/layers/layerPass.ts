// The pass of a measure over a document's windows.
import {
  defaultLayerOptions,
  type LayerOptions,
  type LayerPassId,
} from '../../core/layers/layerPasses';
import type { Window } from '../../core/text/contextWindows';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import { checkSpelled } from '../scoring/checkSpelled';
import type { Pass } from '../scoring/pass';
import { WindowCache } from '../scoring/windowCache';
import { runWindows, windowsIn } from '../scoring/windowRuns';
import type { Model } from '../models/model';
import type { WindowMeasure, WindowText } from './windowMeasure';

/** Windows that are remembered for a model and a choice of options. */
const CAPACITY = 96;

export function layerPass(opened: () => Model, id: LayerPassId, measure: WindowMeasure): Pass {
  const known = new KnownWindows(measure);
  const windowsBy = (model: Model, stream: TokenStream) =>
    windowsIn(model, stream, measure.mostTokens?.(model.info.contextTokens));
  return {
    id,
    total: document => document.streamBy(opened().tokenizer).size.tokens,
    available: document => asRefusal(async () => checkSpelled(opened(), document)),
    run: (document, { layers: options = defaultLayerOptions, ...run }) =>
      asRefusal(async () => {
        const model = opened();
        const stream = document.streamBy(model.tokenizer);
        const windows = [...windowsBy(model, stream)];
        // A request for all of a text keeps all of it.
        const most = run.maxTokens === Infinity ? windows.length : CAPACITY;
        known.reserve(most);
        const scored = await runWindows(model, document, {
          ...run,
          windows,
          most,
          compute: async (window, _, signal) => {
            const key = keyOf(stream, window);
            if (known.of(model, options, key) !== undefined) return;
            const text = windowText(document, stream, window, key);
            known.add(model, options, key, await measure.compute(model, text, options, signal));
          },
        });
        return { scored };
      }),
    columns(document, { first, end }, { layers: options }) {
      const model = opened();
      // Who does not say how they are read does not ask for them.
      if (!model.info.scores || !options) return undefined;
      const stream = document.streamBy(model.tokenizer);
      const values = new Float32Array(end - first).fill(NaN);
      let pending = 0;
      for (const window of windowsBy(model, stream)) {
        if (window.ownStart >= end) break;
        if (window.end <= first) continue;
        const from = Math.max(first, window.ownStart);
        const to = Math.min(end, window.end);
        const key = keyOf(stream, window);
        const found = known.prefixOf(model, options, key, from - window.start);
        const until = Math.min(to, window.start + (found?.length ?? 0));
        if (found && from < until)
          values.set(found.subarray(from - window.start, until - window.start), from - first);
        pending += to - Math.max(from, until);
      }
      return { scores: { [id]: values }, pending };
    },
  };
}

function keyOf(stream: TokenStream, { start, end }: Window): WindowKey {
  return { ids: stream.tokens(start, end).ids, endsText: end === stream.size.tokens };
}

function windowText(
  document: Document,
  stream: TokenStream,
  { start, end }: Window,
  key: WindowKey,
): WindowText {
  const { utf16Starts, utf16Ends, byteStarts, byteEnds } = stream.tokens(start, end);
  const [from = 0, to = from] = [utf16Starts[0], utf16Ends.at(-1)];
  const [fromByte = 0] = byteStarts;
  return {
    ...key,
    text: document.text.slice(from, to),
    utf16Starts: utf16Starts.map(offset => offset - from),
    utf16Ends: utf16Ends.map(offset => offset - from),
    byteStarts: byteStarts.map(offset => offset - fromByte),
    byteEnds: byteEnds.map(offset => offset - fromByte),
  };
}

/** What numbers of a window depend on besides the model and the options. */
type WindowKey = Pick<WindowText, 'ids' | 'endsText'>;

/** What a measure said of windows, for the model that is open and the options that were last asked with. */
class KnownWindows {
  private model: Model | undefined;
  private options = '';
  private capacity = CAPACITY;
  private caches = this.emptyCaches();

  constructor(private readonly measure: WindowMeasure) {}

  add(model: Model, options: LayerOptions, key: WindowKey, rows: Float32Array): void {
    if (!this.isOf(model, options)) {
      // What was said by another model or with other options is forgotten.
      this.model = model;
      this.options = this.chosen(options);
      this.caches = this.emptyCaches();
    }
    this.cacheOf(key).add({ ids: key.ids, firstRow: 0, rows });
  }

  /** From now on remembers at least this many windows. */
  reserve(windows: number): void {
    this.capacity = Math.max(this.capacity, windows);
    for (const cache of Object.values(this.caches)) cache.reserve(this.capacity);
  }

  /** Of exactly these tokens. */
  of(model: Model, options: LayerOptions, key: WindowKey): Float32Array | undefined {
    const found = this.prefixOf(model, options, key, 0);
    return found?.length === key.ids.length ? found : undefined;
  }

  /** Numbers of the window's first tokens that stand for these tokens, too; more than `from` of them. */
  prefixOf(
    model: Model,
    options: LayerOptions,
    key: WindowKey,
    from: number,
  ): Float32Array | undefined {
    if (!this.isOf(model, options)) return undefined;
    const cache = this.cacheOf(key);
    // What follows a token changes its number: a longer window that begins alike says nothing of it.
    if (!this.measure.isCausal) return cache.findSame(key.ids)?.rows;
    const found = cache.find(key.ids, from);
    return found?.window.rows.subarray(0, found.until);
  }

  /** Where what follows a token changes its number, so does that nothing follows. */
  private cacheOf({ endsText }: WindowKey): WindowCache<Float32Array> {
    return this.caches[endsText && !this.measure.isCausal ? 'last' : 'inner'];
  }

  private emptyCaches() {
    const empty = () => new WindowCache<Float32Array>(values => values.length, this.capacity);
    return { inner: empty(), last: empty() };
  }

  private isOf(model: Model, options: LayerOptions): boolean {
    return this.model === model && this.options === this.chosen(options);
  }

  private chosen(options: LayerOptions): string {
    return JSON.stringify(this.measure.uses.map(name => options[name]));
  }
}
