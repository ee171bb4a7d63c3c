// Which of a folder's .onnx files is the model: exporters write the same decoder in several precisions, and in parts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folders that exporters write graphs to, relative to a model's folder. */
const PLACES = ['onnx', ''];

/** Without their ending; those whose numbers are closest to the trained model's come first. */
const NAMES = [
  'model',
  'model_fp16',
  'model_q4',
  'model_q4f16',
  'model_bnb4',
  'model_quantized',
  'model_int8',
  'model_uint8',
  'decoder_model_merged',
  'decoder_with_past_model',
  'decoder_model',
];

/** The path of a folder's graph: the first by name, else the only one. */
export function findGraph(folder: string): string | undefined {
  const all = graphsIn(folder);
  const found = NAMES.flatMap(name => PLACES.map(place => join(place, `${name}.onnx`))).find(each =>
    all.includes(each),
  );
  const chosen = found ?? (all.length === 1 ? all[0] : undefined);
  return chosen === undefined ? undefined : join(folder, chosen);
}

/** Why `findGraph` found none: a sentence without its period. */
export function whyNoGraph(folder: string): string {
  const all = graphsIn(folder);
  if (all.length === 0) return `there is no model.onnx in ${folder} or in its folder onnx`;
  return `which of ${all.join(', ')} in ${folder} is the model is not known: call it model.onnx`;
}

/** Paths relative to the folder. */
function graphsIn(folder: string): string[] {
  return PLACES.flatMap(place => {
    try {
      const names = readdirSync(join(folder, place)).filter(name => name.endsWith('.onnx'));
      return names.sort().map(name => join(place, name));
    } catch {
      // There is no such folder, or it cannot be read: then no graph in it can.
      return [];
    }
  });
}
