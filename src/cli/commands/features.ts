// `tokenscope features`: what fires at every token of a text.
import { formatTrust, labelWords } from '../../core/sae/featureLabels';
import { displayToken } from '../../core/displayToken';
import { UserError } from '../../core/errors';
import { formatPercent } from '../../core/format';
import type { FeatureTable } from '../../protocol/features';
import { Document } from '../../engine/documents/document';
import { featureLines } from '../../engine/sae/featureJson';
import { FeatureService } from '../../engine/sae/featureService';
import { tableLines } from '../tableLines';
import { defineCommand } from '../command';
import { modelFolder, withModel } from '../engine';
import { readText } from '../input';
import { interruptible } from '../interrupt';
import { number, repeatable, text, wholeNumber } from '../options';
import { formatScored, withProgress } from '../progressLine';
import * as shared from '../sharedOptions';
import { writeError } from '../terminal';

const LISTED = 20;

export const features = defineCommand({
  name: 'features',
  summary: 'active features of an autoencoder at every token',
  usage: 'FILE',
  options: {
    model: shared.model,
    sae: text({
      valueName: 'FOLDER',
      description:
        'autoencoder: a folder or a weights file (default: the one that comes with the model)',
    }),
    labels: repeatable(
      text({
        valueName: 'FILE',
        description: 'feature labels, such as a Neuronpedia export',
      }),
    ),
    top: wholeNumber({
      valueName: 'K',
      min: 0,
      max: 1000,
      default: 5,
      description: 'number of features listed per token, with --json',
    }),
    feature: repeatable(
      wholeNumber({
        valueName: 'N',
        min: 0,
        max: 2 ** 32 - 1,
        description: 'list only this feature',
      }),
    ),
    density: number({
      valueName: 'SHARE',
      min: 0,
      max: 1,
      isOpen: 'min',
      default: 0.05,
      description: 'hide features that fire on a larger share of tokens; not with --json',
    }),
    context: shared.context,
    json: shared.json,
  },
  async run({ operands: [file = ''], values, given, print }) {
    if (values.json && given.has('density'))
      throw new UserError('--density cannot be used with --json, which lists all active features.');
    if (!values.json && given.has('top'))
      throw new UserError('--top needs --json; without it, one table is printed.');
    const { sae, labels, top, feature: only, density, context, json } = values;
    const content = await readText(file);
    await withModel(modelFolder(values.model), context, async model => {
      const path = sae ?? model.saeFolders[0];
      if (path === undefined)
        throw new UserError(
          `${model.info.name} comes without an autoencoder. Give one with --sae FOLDER.`,
        );
      const service = await FeatureService.open(model, path);
      const left =
        labels.length > 0
          ? service.takeLabels(labels, service.info.neuronpedia ?? undefined, false)
          : [];
      if (json) for (const problem of service.opened.problems) writeError(problem);
      for (const problem of left) writeError(problem);
      for (const feature of only) service.checkFeature(feature);
      const document = new Document('text', 0, content);
      const total = document.streamBy(model.tokenizer).size.tokens;
      const table = await interruptible(signal =>
        withProgress(formatScored('tokens'), async report => {
          const onScored = (known: number) => report(known, total);
          await service.windows.run(document, {
            visible: [],
            maxTokens: Infinity,
            signal,
            onScored,
          });
          if (json) return undefined;
          return service.featureTable(document, { kind: 'own' }, density, Infinity, signal);
        }),
      );
      if (table) await print(pretty(service, document, table, only, density));
      else await print(featureLines(service, document, top, only));
    });
  },
});

function* pretty(
  service: FeatureService,
  document: Document,
  table: FeatureTable,
  only: readonly number[],
  density: number,
): Generator<string> {
  const { info } = service;
  const listed = table.rows.filter(({ feature }) => only.length === 0 || only.includes(feature));
  const rows = listed
    .slice(0, LISTED)
    .map(({ feature, value, max, density, tokens, label, at }) => {
      const where = displayToken(Buffer.from(document.text.slice(at.utf16Start, at.utf16End)));
      const trust = formatTrust(label);
      return [
        String(feature),
        value.toFixed(2),
        max ? `${Math.round((100 * value) / max)} %` : '–',
        density === null ? '–' : formatPercent(Math.log(density)),
        String(tokens),
        `${labelWords(label)}${trust && ` (${trust})`}; highest at ${where}`,
      ];
    });
  yield* tableLines(
    [['feature', 'value', 'of max', 'density', 'tokens', 'label'], ...rows],
    ['right', 'right', 'right', 'right', 'right', 'left'],
  );
  if (table.warning) yield `\n${table.warning}\n`;
  const fvu = table.fvu === null ? 'not known' : table.fvu.toFixed(4);
  yield (
    `\n${table.tokens} tokens: ${table.l0 === null ? '–' : table.l0.toFixed(1)} active features per token, share of variance unexplained ${fvu} ` +
    `(${info.name}, ${info.format}, ${info.hook}). Sorted by value · log(1 / density), density up to ${formatPercent(Math.log(density))}.\n`
  );
}
