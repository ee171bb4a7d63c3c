// The model's report as a read-only Markdown page: what was opened, what its self-test measured, and the
// report that came with the model.
import { EventEmitter, Uri, window, workspace, type Disposable } from 'vscode';
import type { ModelReport } from '../protocol/engine';

const SCHEME = 'tokenscope';

export class ReportPage {
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration: Disposable;
  private text = '';

  constructor() {
    this.registration = workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: () => this.text,
    });
  }

  async show(report: ModelReport): Promise<void> {
    this.text = reportMarkdown(report);
    const uri = Uri.from({ scheme: SCHEME, path: `${report.info.name} report.md` });
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}

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
