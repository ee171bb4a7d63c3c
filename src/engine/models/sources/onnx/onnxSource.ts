// A decoder exported to ONNX, as Hugging Face repositories hold it.
import type { ModelSource } from '../../source';
import { findGraph, whyNoGraph } from './graphFiles';
import { onnxBackend } from './onnxBackend';

export const onnxSource: ModelSource = {
  find: findGraph,
  whyNone: whyNoGraph,
  async open(onnxPath, folder, { contextTokens, hiddenSize, layers }, startRuntime) {
    const runtime = startRuntime();
    try {
      const report = await runtime.open({
        folder,
        onnxPath,
        contextTokens,
        ...(hiddenSize === undefined ? {} : { hiddenSize }),
        ...(layers === undefined ? {} : { layers }),
      });
      return onnxBackend(runtime, report);
    } catch (error) {
      runtime.dispose();
      throw error;
    }
  },
};
