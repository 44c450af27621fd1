/** A store before a power cut that tells of every step, so that the power can go between any two: within a flush of an image too. */
import { CrashStore } from './crash-store.ts';

/** Tells of every change before it is under way, and after. */
export class SteppedStore extends CrashStore {
  onStep: () => void = () => undefined;

  override write(at: number, from: Uint8Array): void {
    super.write(at, from);
    this.onStep();
  }

  override discard(at: number, length: number): void {
    super.discard(at, length);
    this.onStep();
  }

  override resize(length: number): void {
    super.resize(length);
    this.onStep();
  }

  override flush(): void {
    this.onStep();
    super.flush();
    this.onStep();
  }
}
