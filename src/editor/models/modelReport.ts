// The model's report as Markdown: what was opened, what its self-test measured, and the
// report that came with the model.
import type { ModelReport } from '../../protocol/models';

export function reportMarkdown({ info, graph, ...report }: ModelReport): string {
  const start = report.start
    ? `${report.start.content} (id ${report.start.id})`
    : 'none: the first token has no scores';
  const facts = [
    ['Folder', info.folder],
    [
      'Tokenizer',
      `${info.tokenizer}, ${info.vocabSize} tokens, normaliser ${report.tokenizerNormalizer}`,
    ],
    ['Start of text', start],
    ['Window', `${info.contextTokens} tokens; the model can hold ${report.modelContextTokens}`],
    ...(graph
      ? [
          ['Runtime', `ONNX Runtime ${graph.runtimeVersion} on Node ${report.node}, CPU`],
          [
            'Graph',
            `${graph.onnxPath}: ${graph.nodes} nodes, opset ${graph.opset}, attention ${graph.attention}`,
          ],
          [
            'Weights',
            `${(graph.weightBytes / 1e6).toFixed(1)} MB ${graph.weights}, quantisation: ${graph.quantization}`,
          ],
          [
            'Residual stream',
            graph.hooksMissing ??
              `${graph.hooks.length} hooks: ${graph.hooks.map(({ hook }) => hook).join(', ')}`,
          ],
          [
            'Trees of tokens, for exact bytes',
            graph.noTree === undefined ? 'in one run' : `a run for each token: ${graph.noTree}`,
          ],
          ['Opened in', `${graph.loadMs.toFixed(0)} ms, self-test included`],
        ]
      : [['Graph', info.scoresMissing ?? 'none']]),
  ];
  return [
    `# ${info.name}`,
    facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    ...info.warnings.map(warning => `**Warning.** ${warning}`),
    ...(graph ? ['## Self-test', selfTestTable(graph.selfTest)] : []),
    ...(report.ownReport ? ['---', report.ownReport] : []),
    '',
  ].join('\n\n');
}

function selfTestTable(tests: NonNullable<ModelReport['graph']>['selfTest']): string {
  const rows = tests.map(
    ({ name, value, tolerance, unit, passed }) =>
      `| ${name} | ${value.toExponential(1)} | ${tolerance} | ${unit} | ${passed ? 'passed' : 'FAILED'} |`,
  );
  return [
    '| test | largest difference | allowed | unit | |',
    '|---|--:|--:|---|---|',
    ...rows,
  ].join('\n');
}
