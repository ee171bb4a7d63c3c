// The weights of a GGUF file under the names of an architecture.
import { UserError } from '../../core/errors';
import { quote } from '../../core/json';
import type { Architecture } from '../models/architecture/architecture';
import type {
  FilePart,
  Weight,
  WeightData,
  WeightName,
  Weights,
} from '../models/architecture/weights';
import type { PlacedTensor } from './ggufFile';
import type { Place } from './weightPlan';

const NAMES: Readonly<Record<WeightName['role'], string>> = {
  tokens: 'token_embd',
  positions: 'position_embd',
  finalNorm: 'output_norm',
  head: 'output',
  attentionNorm: 'attn_norm',
  query: 'attn_q',
  key: 'attn_k',
  value: 'attn_v',
  queryKeyValue: 'attn_qkv',
  queryNorm: 'attn_q_norm',
  keyNorm: 'attn_k_norm',
  attentionOutput: 'attn_output',
  attentionPostNorm: 'post_attention_norm',
  mlpNorm: 'ffn_norm',
  router: 'ffn_gate_inp',
  gate: 'ffn_gate',
  up: 'ffn_up',
  down: 'ffn_down',
  mlpPostNorm: 'post_ffw_norm',
};

/** What the architecture was read from already, and parts of models of text and images that no text goes through. */
const READ = /^(rope_freqs|rope_factors_(long|short))\.weight$|^(v|mm|a)\./;

/** Rows [from, to) of `of`. */
interface Rows {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

export class GgufWeights implements Weights {
  /** Products that the file keeps together are given as their rows. */
  readonly queryKeyValue = 'apart';
  private readonly asked = new Set<string>();

  /** `name` is for messages. */
  constructor(
    private readonly architecture: Architecture,
    private readonly tensors: ReadonlyMap<string, PlacedTensor>,
    private readonly places: ReadonlyMap<string, Place>,
    private readonly name: string,
  ) {}

  weight(name: WeightName): Weight {
    if (name.expert !== undefined) return this.ofExpert(name, name.expert);
    const own = this.fullName(name, NAMES[name.role]);
    const together = this.together(name);
    if (together && this.tensors.has(together.tensor))
      return rowsOf(this.stored(together.tensor), together.rows);
    return this.stored(own);
  }

  /** Throws `UserError` that names a tensor that the architecture has no place for. */
  checkAllUsed(): void {
    for (const tensor of this.tensors.keys()) {
      if (this.asked.has(tensor) || READ.test(tensor)) continue;
      throw new UserError(
        `${this.name} has the tensor ${quote(tensor)}, which is not known for ${this.architecture.family}, so its effect is unknown. Update Tokenscope, or use an ONNX export.`,
      );
    }
  }

  /** Of the tensor that has those of all experts, one after the other: [experts, outputs, inputs]. */
  private ofExpert(name: WeightName, expert: number): Weight {
    const whole = this.stored(this.fullName(name, `${NAMES[name.role]}_exps`));
    const [experts = 0, outputs = 0, inputs = 0] = whole.shape;
    const of = experts * outputs;
    const rows = { from: expert * outputs, to: (expert + 1) * outputs, of };
    const { experts: needed } = this.architecture.layers[name.layer!]!.routing!;
    if (experts !== needed)
      throw new UserError(
        `${this.name}: ${quote(whole.name)} has ${experts} experts instead of ${needed}.`,
      );
    return rowsOf({ ...whole, shape: [of, inputs] }, rows);
  }

  /** Throws `UserError` where there is none. */
  private stored(tensor: string): Weight {
    this.asked.add(tensor);
    const found = this.tensors.get(tensor);
    if (!found)
      throw new UserError(
        `${this.name} has no tensor ${quote(tensor)}, which ${this.architecture.family} needs: the model or its download is incomplete.`,
      );
    const { shape } = found;
    const place = this.places.get(tensor)!;
    const data: WeightData =
      place.kind === 'blocks' ? place : { ...place, kind: 'file', type: 'float32' };
    return { name: tensor, shape, data };
  }

  /** Where the file keeps several in one, the first dimension of which is all of their outputs. */
  private together(name: WeightName): { tensor: string; rows: Rows } | undefined {
    const { heads, keyValueHeads, headSize } = this.architecture.attention;
    const { innerSize, kind } = this.architecture.mlp;
    const attention = ['query', 'key', 'value'].indexOf(name.role);
    const counts = [heads, keyValueHeads, keyValueHeads].map(count => count * headSize);
    if (attention >= 0)
      return { tensor: this.fullName(name, NAMES.queryKeyValue), rows: rowsAt(counts, attention) };
    // Phi 3 has both halves of its gated MLP in `ffn_up`, the gate first.
    const half = ['gate', 'up'].indexOf(name.role);
    if (half < 0 || kind !== 'gated' || this.hasGate(name)) return undefined;
    const rows = rowsAt([innerSize, innerSize], half);
    return { tensor: this.fullName(name, NAMES.up), rows };
  }

  private hasGate({ layer }: WeightName): boolean {
    return this.tensors.has(this.fullName({ layer, role: 'gate', part: 'weight' }, NAMES.gate));
  }

  private fullName({ layer, part }: WeightName, name: string): string {
    return `${layer === null ? '' : `blk.${layer}.`}${name}.${part}`;
  }
}

function rowsAt(counts: readonly number[], index: number): Rows {
  const sum = (parts: readonly number[]) => parts.reduce((total, count) => total + count, 0);
  const from = sum(counts.slice(0, index));
  return { from, to: from + counts[index]!, of: sum(counts) };
}

/** Rows lie one after the other, and so do all parts of their blocks. */
function rowsOf(whole: Weight, { from, to, of }: Rows): Weight {
  const { name, shape, data } = whole;
  if (shape[0] !== of) throw new UserError(`${quote(name)} has ${shape[0]} rows instead of ${of}.`);
  const part = <T extends FilePart>(all: T): T => {
    const rowBytes = all.length / of;
    return { ...all, offset: all.offset + from * rowBytes, length: (to - from) * rowBytes };
  };
  const rows = { ...whole, shape: [to - from, ...shape.slice(1)] };
  if (data.kind === 'file') return { ...rows, data: part(data) };
  if (data.kind === 'values') throw new TypeError('rows of a file alone');
  const { numbers, scales, offsets } = data;
  return {
    ...rows,
    data: {
      ...data,
      numbers: part(numbers),
      scales: part(scales),
      offsets: offsets && part(offsets),
    },
  };
}
