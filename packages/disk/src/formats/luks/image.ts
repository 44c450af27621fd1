/** A LUKS volume as a disk: the enciphered data follow the header. */
import type { LuksVolume } from '../../encryption/luks/volume.ts';
import { CipherStore } from '../../encryption/cipher-store.ts';
import { CIPHER_SECTOR_BYTES } from '../../encryption/sector-cipher.ts';
import type { Details, Image, Run } from '../../image.ts';
import type { Store } from '../../store/store.ts';
import { WindowStore } from '../../store/window-store.ts';
import { volumeDetails } from '../../encryption/luks/details.ts';

export class LuksImage implements Image {
  readonly format = 'luks';
  readonly store: Store;
  readonly sectorBytes = CIPHER_SECTOR_BYTES;
  readonly blockBytes = CIPHER_SECTOR_BYTES;
  readonly isWritable: boolean;
  /** Passphrases are added and taken away here. */
  readonly volume: LuksVolume;
  readonly #data: CipherStore;

  /** Of a volume that is locked only the header is known; its data cannot be read. */
  constructor(store: Store, volume: LuksVolume, isWritable: boolean) {
    this.store = store;
    this.volume = volume;
    this.isWritable = isWritable;
    this.#data = new CipherStore(new WindowStore(store, volume.payloadOffset), volume.cipher());
  }

  get size(): number {
    const bytes = this.store.length - this.volume.payloadOffset;
    return bytes - (bytes % CIPHER_SECTOR_BYTES);
  }

  locate(at: number, length: number): Run {
    return { kind: 'data', length, store: this.#data, offset: at };
  }

  async resize(size: number): Promise<void> {
    await this.#data.resize(size);
  }

  async flush(): Promise<void> {
    await this.store.flush();
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  details(): Details {
    return volumeDetails(this.volume);
  }
}
