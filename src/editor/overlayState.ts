// Which lens lies over the text, if any: off until toggled, remembered per workspace.
import { commands, EventEmitter, type Memento } from 'vscode';
import { lenses, type Lens, type LensId } from '../core/lenses';

const KEY = 'overlay';
const FIRST_LENS: LensId = 'surprisal';

interface Remembered {
  on: boolean;
  lens: LensId;
}

export class OverlayState {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private value: Remembered;

  constructor(private readonly memento: Memento) {
    const remembered = memento.get<Remembered>(KEY);
    const fits = remembered !== undefined && remembered.lens in lenses;
    this.value = fits ? remembered : { on: false, lens: FIRST_LENS };
    this.tellContext();
  }

  get isOn(): boolean {
    return this.value.on;
  }

  get lensId(): LensId {
    return this.value.lens;
  }

  get lens(): Lens {
    return lenses[this.value.lens];
  }

  toggle(): void {
    this.set({ ...this.value, on: !this.value.on });
  }

  show(lens: LensId): void {
    this.set({ on: true, lens });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private set(value: Remembered): void {
    this.value = value;
    void this.memento.update(KEY, value);
    this.tellContext();
    this.changed.fire();
  }

  private tellContext(): void {
    void commands.executeCommand('setContext', 'tokenscope.isOn', this.value.on);
  }
}
