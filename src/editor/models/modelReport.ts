// The model's report as Markdown: what was opened, the results of its self-test, and the report that came with the
// model.
import { code, proseText } from '../../core/markdown';
import type { ModelReport, SelfTestRow } from '../../protocol/models';

export function reportMarkdown({ info, backend, ...report }: ModelReport): string {
  const start = report.start
    ? `${report.start.content} (id ${report.start.id})`
    : `none${backend ? ': the first token has no scores' : ''}`;
  const tokenizer = `${info.tokenizer}, ${info.vocabSize} tokens, normaliser ${report.tokenizerNormalizer}`;
  const window = `${info.contextTokens} tokens; the model can hold ${report.modelContextTokens}`;
  const facts = [
    ['Folder', code(info.folder)],
    ['Tokenizer', proseText(tokenizer)],
    ['Start of text', proseText(start)],
    ...(backend
      ? [['Window', window], ...backend.facts]
      : [['Weights', info.scoresMissing ?? 'none']]
    ).map(fact => fact.map(proseText)),
  ];
  return [
    `# ${proseText(info.name)}`,
    facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    ...info.warnings.map(warning => `**Warning.** ${proseText(warning)}`),
    ...(backend ? ['## Self-test', selfTestTable(backend.selfTest)] : []),
    ...(report.ownReport ? ['---', report.ownReport] : []),
    '',
  ].join('\n\n');
}

function selfTestTable(tests: readonly SelfTestRow[]): string {
  const rows = tests.map(
    ({ name, value, tolerance, unit, passed }) =>
      `| ${proseText(name)} | ${value.toExponential(1)} | ${tolerance} | ${proseText(unit)} | ${passed ? 'passed' : 'FAILED'} |`,
  );
  return [
    '| test | largest difference | allowed | unit | |',
    '|---|--:|--:|---|---|',
    ...rows,
  ].join('\n');
}
