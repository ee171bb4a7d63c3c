// The weights of a checkpoint, where they lie in its files.
import { UserError } from '../../../../core/errors';
import { quote, quoteName } from '../../../../core/json';
import type { Architecture } from '../../architecture/architecture';
import type { LowRank, Weight, WeightName, Weights } from '../../architecture/weights';
import type { Shard } from './shards';
import { tensorNames, type NamedTensor, type TensorNames } from './tensorNames';

const TYPES = new Map([
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
] as const);

/** Where a checkpoint may have its body and its head: models of text and images nest the language model. */
const NESTED = [
  ['', ''],
  ['model.language_model.', ''],
  ['language_model.model.', 'language_model.'],
] as const;

/** Parts of models of text and images that no text goes through. */
const OTHER_MODALITIES = /^(model\.)?(vision_tower|multi_modal_projector|vision_model)\./;

export class StoredWeights implements Weights {
  readonly queryKeyValue: Weights['queryKeyValue'];
  private readonly names: TensorNames;
  private readonly body: string;
  private readonly head: string;
  private readonly asked = new Set<string>();

  /** `path`: the file of the weights or of their index, for messages. */
  constructor(
    private readonly architecture: Architecture,
    private readonly tensors: ReadonlyMap<string, Shard>,
    private readonly path: string,
    /** What an adapter adds, by the name of the tensor. */
    private readonly lowRank: ReadonlyMap<string, LowRank> = new Map(),
  ) {
    this.names = tensorNames(architecture);
    this.queryKeyValue = this.names.queryKeyValue;
    const table = this.names.named({ layer: null, role: 'tokens', part: 'weight' }, architecture);
    const places = [[this.names.body, ''], ...NESTED];
    const [body = this.names.body, head = ''] =
      places.find(([body]) => tensors.has(`${body}${table.tensor}`)) ?? [];
    this.body = body;
    this.head = head;
  }

  /** Whether the checkpoint has a head of its own. */
  get hasHead(): boolean {
    return this.tensors.has(this.headName('weight'));
  }

  weight(name: WeightName): Weight {
    const { tensor, rows, isTransposed } =
      name.role === 'head' ? { tensor: this.headName(name.part) } : this.inBody(name);
    this.asked.add(tensor);
    const found = this.tensors.get(tensor);
    if (!found)
      throw new UserError(
        `${this.path} has no "${tensor}", which its config.json requires: the two do not belong together, or the download is incomplete.`,
      );
    const lowRank = this.lowRank.get(tensor);
    const whole: Weight = {
      ...weightAt(tensor, found),
      ...(isTransposed && { isTransposed }),
      ...(lowRank && { lowRank }),
    };
    return rows ? rowsOf(whole, rows) : whole;
  }

  /** Throws `UserError` that names a tensor that the architecture has no place for. */
  checkAllUsed(): void {
    for (const name of this.tensors.keys()) {
      if (this.asked.has(name) || this.names.ignored.test(name)) continue;
      // The table of tokens once more.
      if (this.architecture.head.tied && name === this.headName('weight')) continue;
      if (OTHER_MODALITIES.test(name)) continue;
      throw new UserError(
        `${this.path} has ${quoteName(name)}, which its config.json does not account for, so its effect is unknown. Open an ONNX export of the model instead.`,
      );
    }
  }

  private inBody(name: WeightName): NamedTensor {
    const { otherwise, ...usual } = this.names.named(name, this.architecture);
    const placed = (named: NamedTensor) => ({ ...named, tensor: `${this.body}${named.tensor}` });
    const other = otherwise && placed(otherwise);
    return other && this.tensors.has(other.tensor) ? other : placed(usual);
  }

  private headName(part: WeightName['part']): string {
    return `${this.head}${this.names.head}.${part}`;
  }
}

/** A tensor where it lies. Throws `UserError` for a type that is not read. */
export function weightAt(name: string, { path, dtype, shape, offset, length }: Shard): Weight {
  const type = TYPES.get(dtype as 'F32');
  if (!type)
    throw new UserError(
      `${path}: "${name}" is of type ${quote(dtype)}; supported are F32, F16 and BF16. Open the original model, or a GGUF file of it.`,
    );
  return { name, shape, data: { kind: 'file', path, offset, length, type } };
}

/** Rows lie one after the other. */
function rowsOf(whole: Weight, { from, to, of }: NonNullable<NamedTensor['rows']>): Weight {
  const { name, data, lowRank } = whole;
  // Products of all experts in one: [experts, outputs, inputs].
  const shape =
    whole.shape.length === 3 ? [whole.shape[0]! * whole.shape[1]!, whole.shape[2]!] : whole.shape;
  if (shape[0] !== of)
    throw new UserError(
      `"${name}" has ${shape[0]} rows, and the model's configuration needs ${of}: they do not belong together.`,
    );
  if (data.kind !== 'file') throw new TypeError('rows of a file alone');
  const rowBytes = data.length / of;
  return {
    ...whole,
    shape: [to - from, ...shape.slice(1)],
    data: { ...data, offset: data.offset + from * rowBytes, length: (to - from) * rowBytes },
    ...(lowRank && { lowRank: { ...lowRank, up: rowsOf(lowRank.up, { from, to, of }) } }),
  };
}
