// How a file's weights are stored, in the words of its own program.
import type { GgufTensor } from '../../gguf/tensorInfos';

/** `llama_ftype` of llama.h, by number. */
const FILE_TYPES = new Map(
  Object.entries({
    0: 'F32',
    1: 'F16',
    2: 'Q4_0',
    3: 'Q4_1',
    7: 'Q8_0',
    8: 'Q5_0',
    9: 'Q5_1',
    10: 'Q2_K',
    11: 'Q3_K_S',
    12: 'Q3_K_M',
    13: 'Q3_K_L',
    14: 'Q4_K_S',
    15: 'Q4_K_M',
    16: 'Q5_K_S',
    17: 'Q5_K_M',
    18: 'Q6_K',
    21: 'Q2_K_S',
    25: 'IQ4_NL',
    30: 'IQ4_XS',
    32: 'BF16',
    38: 'MXFP4',
  }).map(([number, name]) => [Number(number), name]),
);

/** What the file says, else the type of most of its bytes; null where it has no tensors. */
export function quantisationOf(
  fileType: number | undefined,
  tensors: readonly GgufTensor[],
): string | null {
  const said = fileType === undefined ? undefined : FILE_TYPES.get(fileType);
  if (said) return said;
  const bytes = new Map<string, number>();
  for (const { type, bytes: own } of tensors)
    bytes.set(type.name, (bytes.get(type.name) ?? 0) + own);
  return [...bytes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** Of an export to ONNX, by its name; null where it has no usual one. */
export function quantisationOfGraph(name: string): string | null {
  const suffix = /^model(?:_(\w+))?\.onnx$/.exec(name);
  return suffix && (suffix[1]?.toUpperCase() ?? 'F32');
}
