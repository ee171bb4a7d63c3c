// Which lens is over the text, if any. Off until toggled; remembered per workspace.
import { commands, EventEmitter, type Memento } from 'vscode';
import { lenses, type LensId } from '../../core/lenses/lenses';
import type { Lens } from '../../core/lenses/lens';
import { CHANNELS, type Pin } from '../../core/sae/featureValues';

const KEY = 'overlay';
const FIRST_LENS: LensId = 'surprisal';

interface Remembered {
  on: boolean;
  lens: LensId;
  /** By channel, of the autoencoder that was open last. */
  pins?: readonly Pin[];
  /** Its path; none: no autoencoder has been open. */
  sae?: string;
  /** By the paths of other autoencoders, whose features have the same numbers. */
  otherPins?: Readonly<Record<string, readonly Pin[]>>;
}

export class OverlayState {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private value: Remembered;

  /** `scaled`: a lens with the scale that it is drawn with. */
  constructor(
    private readonly memento: Memento,
    private readonly scaled: (id: LensId) => Lens = id => lenses[id],
  ) {
    const remembered = memento.get<Remembered>(KEY);
    const fits = remembered !== undefined && remembered.lens in lenses;
    this.value = fits ? remembered : { on: false, lens: FIRST_LENS };
    this.updateContext();
  }

  get isOn(): boolean {
    return this.value.on;
  }

  get lensId(): LensId {
    return this.value.lens;
  }

  get lens(): Lens {
    return this.scaled(this.value.lens);
  }

  get pins(): readonly Pin[] {
    return this.value.pins ?? [];
  }

  /**
   * Pins a feature, or changes its threshold, which stays what it was, at first 0, where none is given. When all channels
   * are taken, the oldest pin is dropped.
   */
  pin(feature: number, threshold?: number): void {
    const known = this.pins.find(pin => pin.feature === feature);
    const pin = { feature, threshold: threshold ?? known?.threshold ?? 0 };
    const pins = known
      ? this.pins.map(each => (each.feature === feature ? pin : each))
      : [...this.pins, pin].slice(-CHANNELS);
    this.set({ ...this.value, pins });
  }

  /** Without a feature: unpins all. */
  unpin(feature?: number): void {
    const pins = this.pins.filter(pin => feature !== undefined && pin.feature !== feature);
    this.set({ ...this.value, pins });
  }

  /** The autoencoder at a path is open: the pins are its own. Those that were made before any was open become its. */
  openSae(path: string): void {
    const { sae, pins = [], otherPins = {} } = this.value;
    if (path === sae) return;
    const { [path]: own = [], ...others } = otherPins;
    if (sae === undefined) this.set({ ...this.value, sae: path });
    else
      this.set({
        ...this.value,
        sae: path,
        pins: own,
        otherPins: pins.length > 0 ? { ...others, [sae]: pins } : others,
      });
  }

  toggle(): void {
    this.set({ ...this.value, on: !this.value.on });
  }

  turnOn(): void {
    if (!this.isOn) this.toggle();
  }

  turnOff(): void {
    if (this.isOn) this.toggle();
  }

  show(lens: LensId): void {
    this.set({ ...this.value, on: true, lens });
  }

  /** The scale of the lens is another one. */
  rescale(): void {
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private set(value: Remembered): void {
    this.value = value;
    void this.memento.update(KEY, value);
    this.updateContext();
    this.changed.fire();
  }

  private updateContext(): void {
    void commands.executeCommand('setContext', 'tokenscope.isOn', this.value.on);
  }
}
