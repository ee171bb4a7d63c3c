// A graph in ONNX Runtime's thread, as a backend.
import type { BackendReport } from '../../../../protocol/models';
import type { GraphReport } from '../../../../protocol/runtime';
import type { RuntimeClient } from '../../../onnx/session/runtimeClient';
import type { Backend } from '../../backend';

export function onnxBackend(runtime: RuntimeClient, graph: GraphReport): Backend {
  return {
    vocabSize: graph.vocabSize,
    ...inexactnessOf(graph),
    report: reportOf(graph),
    score: (request, signal, onRows) =>
      runtime.score(request, signal, ({ scores, firstRow }) => onRows?.(scores, firstRow)),
    runsTogether: graph.noTree === undefined ? 'trees' : 'paths',
    // A graph that takes no tree mask runs each path by itself: slower, and as exact.
    tree: (request, signal) => runtime.forwardTree(request, signal),
    sums: (request, signal) => runtime.forwardSums(request, signal),
    sample: (request, signal) => runtime.sample(request, signal),
    features:
      graph.hooksMissing === undefined
        ? {
            openSae: sae => runtime.openSae(sae),
            encode: (request, signal, onRows) =>
              runtime.encode(request, signal, ({ rows, firstRow }) => onRows(rows, firstRow)),
            scoreSteered: (request, signal, onRows) =>
              runtime.scoreSteered(request, signal, ({ scores, firstRow }) =>
                onRows?.(scores, firstRow),
              ),
            unembed: (residuals, rows) => runtime.logitsOfResiduals(residuals, rows),
          }
        : { missing: `The model's residual stream was not found: ${graph.hooksMissing}` },
    layers: {
      read: ({ inputs, targets }, reading, signal) =>
        runtime.readLayers(inputs, targets, reading, signal),
    },
    dispose: () => runtime.dispose(),
  };
}

/** Rounding of half precision, and of activations in 8 bits, is no smaller than what bytes are compared by. */
function inexactnessOf({ isHalf, quantization }: GraphReport): Pick<Backend, 'inexact'> {
  if (quantization === 'dynamic-int8')
    return { inexact: 'quantizes activations: its numbers depend on which tokens share a run' };
  return isHalf ? { inexact: 'computes in half precision' } : {};
}

function reportOf(graph: GraphReport): BackendReport {
  const { onnxPath, nodes, opset, attention, weightBytes, weights, quantization, isHalf } = graph;
  const hooks = graph.hooks.map(({ hook }) => hook);
  return {
    facts: [
      ['Runtime', `ONNX Runtime ${graph.runtimeVersion} on Node ${process.version}, CPU`],
      ['Graph', `${onnxPath}: ${nodes} nodes, opset ${opset}, attention ${attention}`],
      [
        'Weights',
        `${(weightBytes / 1e6).toFixed(1)} MB ${weights}, quantisation: ${quantization}${isHalf && quantization !== 'fp16' ? ', in half precision' : ''}`,
      ],
      ['Attention weights', graph.attentionMissing ?? 'read from every layer'],
      ['Residual stream', graph.hooksMissing ?? `${hooks.length} hooks: ${hooks.join(', ')}`],
      [
        'Trees of tokens, for exact bytes',
        graph.noTree === undefined ? 'in one run' : `a run for each token: ${graph.noTree}`,
      ],
      ['Opened in', `${graph.loadMs.toFixed(0)} ms, self-test included`],
    ],
    hooks,
    selfTest: graph.selfTest,
    warnings: graph.warnings,
  };
}
