// A decoder exported to ONNX, as Hugging Face repositories hold it.
import type { ModelSource } from '../../source';
import { findGraph, graphAt, whyNoGraph } from './graphFiles';
import { onnxBackend } from './onnxBackend';

export const onnxSource: ModelSource = {
  find: findGraph,
  at: graphAt,
  whyNone: whyNoGraph,
  async open(onnxPath, folder, { contextTokens, hiddenSize, layers, ...shape }, startRuntime) {
    const runtime = startRuntime();
    try {
      const report = await runtime.open({
        folder,
        onnxPath,
        contextTokens,
        ...(hiddenSize === undefined ? {} : { hiddenSize }),
        ...(layers === undefined ? {} : { layers }),
        ...(shape.kvHeads === undefined ? {} : { kvHeads: shape.kvHeads }),
        ...(shape.headSize === undefined ? {} : { headSize: shape.headSize }),
      });
      return onnxBackend(runtime, report);
    } catch (error) {
      runtime.dispose();
      throw error;
    }
  },
};
