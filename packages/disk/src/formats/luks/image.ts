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
  readonly #data: Store | undefined;

  /** Of a volume that is locked only the header is known. */
  constructor(store: Store, volume: LuksVolume, isWritable: boolean) {
    this.store = store;
    this.volume = volume;
    this.isWritable = isWritable;
    if (volume.isUnlocked) this.#data = new CipherStore(new WindowStore(store, volume.payloadOffset), volume.cipher());
  }

  get size(): number {
    const bytes = this.store.length - this.volume.payloadOffset;
    return bytes - (bytes % CIPHER_SECTOR_BYTES);
  }

  /** @throws DiskError `DISK_KEY_WRONG` while it is locked */
  locate(at: number, length: number): Run {
    return { kind: 'data', length, store: this.#unlocked(), offset: at };
  }

  async resize(size: number): Promise<void> {
    await this.#unlocked().resize(size);
  }

  #unlocked(): Store {
    if (this.#data === undefined) this.volume.cipher();
    return this.#data!;
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
