/** A power cut in the middle of an operation: after a number of changes the store takes no more. */
import { CrashStore } from './crash-store.ts';

export class Interruption extends Error {}

export class InterruptedStore extends CrashStore {
  /** Changes and flushes until the power goes. */
  left = Infinity;

  #count(): void {
    if (this.left-- <= 0) throw new Interruption('the power went');
  }

  override write(at: number, from: Uint8Array): void {
    this.#count();
    super.write(at, from);
  }

  override discard(at: number, length: number): void {
    this.#count();
    super.discard(at, length);
  }

  override resize(length: number): void {
    this.#count();
    super.resize(length);
  }

  override flush(): void {
    this.#count();
    super.flush();
  }
}
