// `tokenscope layers`: what the layers of a model know, token by token.
import { displayToken } from '../../core/displayToken';
import { formatNumberOf } from '../../core/format';
import { UserError } from '../../core/errors';
import {
  GATE_NAME,
  layerPasses,
  layerPassNames,
  REDUNDANCY_FORMS,
  type LayerOptions,
  type LayerPassId,
} from '../../core/layers/layerPasses';
import { layerLenses } from '../../core/lenses/layerLenses';
import type { Scores } from '../../core/lenses/scores';
import { Document } from '../../engine/documents/document';
import { numberOrNull, placeFields } from '../../engine/documents/tokenJson';
import { layerDetails } from '../../engine/layers/layerDetails';
import { layerPassesOf } from '../../engine/layers/layerPasses';
import { layerSummaries } from '../../engine/layers/layerSummaries';
import type { Model } from '../../engine/models/model';
import { windowsIn } from '../../engine/scoring/windowRuns';
import { defineCommand } from '../command';
import { printGate } from '../gateLines';
import { comparisonLines, otherTexts } from '../routingLines';
import { modelFolder, withModel } from '../engine';
import { readText } from '../input';
import { interruptible } from '../interrupt';
import { choice, number, text, wholeNumber } from '../options';
import { formatScored, withProgress } from '../progressLine';
import * as shared from '../sharedOptions';
import { tableLines } from '../tableLines';

const names = [...layerPasses.map(id => layerPassNames[id]), GATE_NAME] as const;
const LARGEST = 10_000;

export const layers = defineCommand({
  name: 'layers',
  summary: 'lenses on layers and attention, token by token',
  usage: 'FILE',
  options: {
    model: shared.model,
    lens: choice(names, {
      valueName: 'NAME',
      default: names[0],
      description: `what is read: ${names.join(', ')}`,
    }),
    layer: wholeNumber({
      valueName: 'N',
      min: 0,
      max: LARGEST,
      description:
        'layer to read, from 0 (default: all for attention and dilution, otherwise the last)',
    }),
    head: wholeNumber({
      valueName: 'N',
      min: 0,
      max: LARGEST,
      description: 'head to read, from 0, for attention and dilution (default: all)',
    }),
    near: number({
      valueName: 'SHARE',
      min: 0,
      max: 1,
      isOpen: 'min',
      default: 0.1,
      description: 'share of the context that counts as near, for dilution',
    }),
    ahead: wholeNumber({
      valueName: 'N',
      min: 1,
      max: 1000,
      default: 8,
      description: 'number of tokens that look-ahead adds up',
    }),
    form: choice(REDUNDANCY_FORMS, {
      default: 'elu',
      description: 'energy function of redundancy',
    }),
    margin: number({
      valueName: 'COSINE',
      min: -1,
      max: 1,
      isOpen: 'max',
      default: 0.5,
      description: 'cosine above which states count as similar, for redundancy',
    }),
    gate: text({
      valueName: 'FOLDER',
      description:
        'folder of the delete gate, for delete-gate; needs no model (default: the built-in gate)',
    }),
    'tuned-lens': text({
      valueName: 'FOLDER',
      description:
        'tuned lens for exit-depth (default: the folder tuned-lens of the model, otherwise the logit lens)',
    }),
    against: text({
      valueName: 'PATH',
      description: 'file or folder to compare the load of the experts with, for routing',
    }),
    seed: shared.seed,
    context: shared.context,
    json: shared.json,
  },
  async run({ operands: [file = ''], values, print }) {
    const { against } = values;
    if (against !== undefined && values.lens !== layerPassNames.routing)
      throw new UserError('--against compares the load of experts. Use it with --lens routing.');
    if (values['tuned-lens'] !== undefined && values.lens !== layerPassNames.exitDepth)
      throw new UserError(
        '--tuned-lens applies only to early exits. Use it with --lens exit-depth.',
      );
    const content = await readText(file);
    const others = against === undefined ? undefined : otherTexts(against, file);
    if (values.lens === GATE_NAME) return printGate(content, values.gate ?? '', values.json, print);
    const id = layerPasses.find(pass => layerPassNames[pass] === values.lens)!;
    const options: LayerOptions = {
      layer: values.layer ?? null,
      head: values.head ?? null,
      nearShare: values.near,
      lookAheadTokens: values.ahead,
      redundancyForm: values.form,
      redundancyMargin: values.margin,
      seed: values.seed,
      gateFolder: '',
      tunedLens: values['tuned-lens'] ?? '',
    };
    await withModel(modelFolder(values.model), values.context, async model => {
      const document = new Document('text', 0, content);
      await interruptible(async signal => {
        const found = await valuesOf(id, model, document, options, signal);
        const read: Read = { id, model, document, values: found, options, signal };
        for await (const line of values.json ? jsonLines(read) : prettyLines(read))
          await print(line);
        if (!others) return;
        for await (const line of comparisonLines(model, document, others, values.json, signal))
          await print(line);
      });
    });
  },
});

/** [token], as the pass says them. */
async function valuesOf(
  id: LayerPassId,
  model: Model,
  document: Document,
  options: LayerOptions,
  signal: AbortSignal,
): Promise<Float32Array> {
  const pass = layerPassesOf(() => model)[id];
  const total = pass.total(document);
  const done = await withProgress(formatScored('tokens'), report =>
    pass.run(document, {
      visible: [],
      maxTokens: Infinity,
      whole: true,
      layers: options,
      signal,
      onScored: known => report(known, total),
    }),
  );
  if ('refused' in done) throw new UserError(`${done.refused}.`);
  const columns = pass.columns(document, { first: 0, end: total }, { layers: options });
  return columns?.scores[id] ?? new Float32Array(total).fill(NaN);
}

/** What was read of a text. */
interface Read {
  readonly id: LayerPassId;
  readonly model: Model;
  readonly document: Document;
  /** [token] */
  readonly values: Float32Array;
  readonly options: LayerOptions;
  readonly signal: AbortSignal;
}

async function* jsonLines({ id, model, document, values, options, signal }: Read) {
  const stream = document.streamBy(model.tokenizer);
  for (const { start, ownStart, end } of windowsIn(model, stream)) {
    const { ids } = stream.tokens(start, end);
    const details = await layerDetails(id, model, ids, options, signal);
    const tokens = stream.tokens(ownStart, end);
    for (let row = 0; row < tokens.ids.length; row++) {
      const index = ownStart + row;
      const value = numberOrNull(lensValue(id, values, index));
      const place = { index, ...placeFields(tokens, row, model.tokenizer) };
      yield `${JSON.stringify({ ...place, value, ...details(index - start) })}\n`;
    }
  }
}

/** In the unit of the lens. */
function lensValue(id: LayerPassId, values: Float32Array, token: number): number {
  return layerLenses[id].value({ [id]: values } as Partial<Scores> as Scores, token, token);
}

async function* prettyLines({ id, model, document, values, options, signal }: Read) {
  const lens = layerLenses[id];
  const tokens = document.streamBy(model.tokenizer).tokens();
  const rows = Array.from(tokens.ids, (tokenId, index) => {
    const value = lensValue(id, values, index);
    const words = Number.isNaN(value) ? '–' : lens.format(value);
    return [String(index), displayToken(model.tokenizer.bytesOf(tokenId)), words];
  });
  yield* tableLines([['token', '', lens.title.toLowerCase()], ...rows], ['right', 'left', 'right']);
  yield `\n${formatNumberOf(rows.length, 'token')}, ${model.info.name}. ${lens.meaning}\n`;
  const summary = await layerSummaries[id]?.({ model, document, values }, options, signal);
  for (const { title, rows } of summary ?? []) {
    yield `\n${title}:\n`;
    yield* tableLines(
      rows,
      rows[0]!.map(() => 'right' as const),
    );
  }
}
