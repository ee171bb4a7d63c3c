// A decoder exported to ONNX, as Hugging Face repositories hold it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelSource } from '../../source';
import { onnxBackend } from './onnxBackend';

const GRAPHS = ['onnx/model.onnx', 'model.onnx'];

export const onnxSource: ModelSource = {
  looksFor: GRAPHS.join(' or '),
  find: folder => GRAPHS.map(name => join(folder, name)).find(existsSync),
  async open(onnxPath, folder, { hiddenSize, layers }, startRuntime) {
    const runtime = startRuntime();
    try {
      const report = await runtime.open({
        folder,
        onnxPath,
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
