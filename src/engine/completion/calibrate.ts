// Which form of prompt the opened model knows best in given texts.
import { calibrated, cutsIn, type Cut, type Measured } from '../../core/completion/calibration';
import { promptOf, placeIn, type HandBack, type PromptMode } from '../../core/completion/prompt';
import { randomOf } from '../../core/completion/random';
import { textLogprob } from '../../core/completion/textLogprob';
import { byteStringOf } from '../../core/bytes/byteString';
import { NATS_PER_BIT } from '../../core/scores';
import { encodeUtf8 } from '../../core/utf8';
import { Cancelled, UserError } from '../../protocol/channel';
import type { CalibrationView } from '../../protocol/engine';
import type { Model } from '../model';
import { roomOf } from './completer';

/** Tokens that a middle may have. */
const MIDDLE_TOKENS = 96;

const HAND_BACKS: readonly HandBack[] = ['none', 'boundary', 'line'];

/** Throws `InexactError`, `UserError`, and `Cancelled` when aborted. `tell` hears how many cuts are done. */
export async function calibrate(
  model: Model,
  texts: readonly string[],
  count: number,
  contextTokens: number,
  signal: AbortSignal,
  tell: (done: number, total: number) => void,
): Promise<CalibrationView> {
  const cuts = cutsIn(texts, count, randomOf(7));
  if (cuts.length < Math.min(10, count)) {
    throw new UserError(
      `There is too little code to calibrate with: ${cuts.length} places of ${count}. Open a folder with code.`,
    );
  }
  const forms = formsOf(model).map(form => ({ ...form, bits: [] as number[], ms: 0 }));
  for (const [done, cut] of cuts.entries()) {
    for (const form of forms) {
      if (signal.aborted) throw new Cancelled();
      const began = performance.now();
      form.bits.push(await bitsOf(model, cut, form, contextTokens, signal));
      form.ms += (performance.now() - began) / cuts.length;
    }
    tell(done + 1, cuts.length);
  }
  const bytes = cuts.map(({ middle }) => encodeUtf8(middle).length);
  const rows = calibrated(forms, bytes, randomOf(8));
  const [{ mode, handBack }] = rows as [(typeof rows)[0]];
  return { rows, cuts: cuts.length, chosen: { mode, handBack }, model: model.info.name };
}

/** Bits: of the true middle, however it is cut into tokens and whatever comes behind it. */
export async function bitsOf(
  model: Model,
  { text, at, middle }: Cut,
  { mode, handBack }: Pick<Measured, 'mode' | 'handBack'>,
  contextTokens: number,
  signal?: AbortSignal,
): Promise<number> {
  const { tokenizer, fim } = model;
  const rest = text.slice(0, at) + text.slice(at + middle.length);
  const room = roomOf(model, { contextTokens, maxTokens: MIDDLE_TOKENS });
  const place = placeIn(rest, at, tokenizer, room);
  const { root, open, begins } = promptOf(tokenizer, fim, mode, handBack, place);
  const asked = model.asTokenModel(signal, { root, ends: fim?.ends ?? [] });
  const wanted = byteStringOf(encodeUtf8(middle));
  const { bytes } = await textLogprob(model.byteRules, asked, open, wanted, begins);
  return -bytes / NATS_PER_BIT;
}

function formsOf({ fim }: Model): { mode: PromptMode; handBack: HandBack }[] {
  const forms: { mode: PromptMode; handBack: HandBack }[] = [{ mode: 'none', handBack: 'none' }];
  for (const [mode, template] of Object.entries(fim?.templates ?? {})) {
    const handBacks = template.at(-1) === 'prefix' ? HAND_BACKS.slice(0, 1) : HAND_BACKS;
    for (const handBack of handBacks) forms.push({ mode: mode as PromptMode, handBack });
  }
  return forms;
}
