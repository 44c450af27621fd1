/** VDI as a layer: a header in one sector, a map of all blocks, the blocks. */
import { randomUUID } from 'node:crypto';
import { DiskError } from '../../errors.ts';
import type { Details, Image, ParentReference, Run } from '../../image.ts';
import { defineLayout } from '../../layout.ts';
import { ABSENT, BlockTable, ZERO } from '../../layer/block-table.ts';
import { placeIn } from '../../store/store.ts';
import type { Store } from '../../store/store.ts';
import { TablePages } from '../../store/table-pages.ts';
import { BLOCK_FREE, BLOCK_ZERO, header, IMAGE_TYPES, isVdi, NIL_UUID, SECTOR_BYTES, typeNamed } from './layout.ts';
import type { Header, ImageType } from './layout.ts';

const uuidOf = defineLayout('little', { imageUuid: header.fields.imageUuid });

export class VdiImage implements Image {
  readonly format = 'vdi';
  readonly store: Store;
  readonly sectorBytes = SECTOR_BYTES;
  readonly isWritable: boolean;
  readonly header: Header;
  parent?: ParentReference;
  blockTable: BlockTable;
  #isPrepared = false;
  #hasRemoved = false;

  constructor(store: Store, values: Header, isWritable: boolean) {
    this.store = store;
    this.header = values;
    this.isWritable = isWritable;
    this.blockTable = this.makeTable();
    if (this.isLayer) this.parent = this.#parentReference();
  }

  /** Blocks without a place are another image's: whatever the type says, where there is a link it is followed. */
  get isLayer(): boolean {
    return this.type === 'differencing' || this.header.linkUuid !== NIL_UUID;
  }

  /** The table that the header describes. */
  makeTable(): BlockTable {
    const { blocksOffset, dataOffset, blockSize, blockExtra, blocksInImage, blocksAllocated } = this.header;
    const slotBytes = blockSize + blockExtra;
    const table = new BlockTable({
      store: this.store,
      pages: new TablePages(this.store, 'little'),
      field: 'block map',
      tableOffset: blocksOffset,
      blocks: blocksInImage,
      blockBytes: blockSize,
      areaStart: dataOffset,
      slotBytes,
      decode: (entry) => (entry >= BLOCK_ZERO ? (entry === BLOCK_ZERO ? ZERO : ABSENT) : dataOffset + entry * slotBytes + blockExtra),
      encode: (place) => (place < 0 ? (place === ZERO ? BLOCK_ZERO : BLOCK_FREE) : (place - blockExtra - dataOffset) / slotBytes),
    });
    table.slots = blocksAllocated;
    return table;
  }

  /** VirtualBox's register knows where a parent is; the image has its UUID only. VirtualBox names snapshots by theirs. */
  #parentReference(): ParentReference {
    const { linkUuid, parentModifyUuid } = this.header;
    return {
      names: [`{${linkUuid}}.vdi`],
      format: 'vdi',
      where: placeIn(this.store, header.fields.linkUuid[0], 'linkUuid'),
      search: { extension: '.vdi', isIt: (head) => isVdi(head) && uuidOf.read(head).imageUuid === linkUuid },
      verify: (parent) => {
        if (!(parent instanceof VdiImage)) throw this.#mismatch(`its parent, ${parent.store.name}, is no VDI`, 'linkUuid');
        const found = parent.header;
        if (found.imageUuid !== linkUuid) throw this.#mismatch(`its parent has the UUID ${linkUuid}, and ${parent.store.name} has ${found.imageUuid}`, 'linkUuid');
        if (parentModifyUuid !== NIL_UUID && found.modifyUuid !== parentModifyUuid) {
          throw this.#mismatch(`its parent, ${parent.store.name}, has been written since: it was ${parentModifyUuid} and is ${found.modifyUuid}`, 'parentModifyUuid');
        }
      },
    };
  }

  #mismatch(message: string, field: keyof Header): DiskError {
    return new DiskError({ code: 'DISK_PARENT_MISMATCH', kind: 'corrupt', message, context: placeIn(this.store, header.fields[field][0], field) });
  }

  get type(): ImageType {
    return typeNamed(this.header.imageType)!;
  }

  get size(): number {
    return Math.ceil(this.header.diskSize / SECTOR_BYTES) * SECTOR_BYTES;
  }

  get blockBytes(): number {
    return this.header.blockSize;
  }

  locate(at: number, length: number): Run | Promise<Run> {
    return this.blockTable.locate(at, length);
  }

  beforeWrite(): Promise<void> | undefined {
    return this.#isPrepared ? undefined : this.#prepare();
  }

  async #prepare(): Promise<void> {
    await this.blockTable.prepare(await this.blockTable.scan(), this.#slotsThere());
    // Images that stand on this one learn by this UUID that it is no longer what they were made of.
    this.header.modifyUuid = randomUUID();
    await this.writeHeader();
    await this.store.flush();
    this.#isPrepared = true;
  }

  /** A header that counts more blocks than the file has is not believed. */
  #slotsThere(): number {
    const { dataOffset, blockSize, blockExtra, blocksAllocated } = this.header;
    return Math.min(blocksAllocated, Math.max(0, Math.ceil((this.store.length - dataOffset) / (blockSize + blockExtra))));
  }

  async put(at: number, bytes: Uint8Array): Promise<void> {
    await this.blockTable.put(at / this.blockBytes, bytes);
    if (this.blockTable.needsCommit) await this.#commit();
  }

  /** What has a place keeps it and gives back its room in the file: VirtualBox wants no slot unused. */
  async putZero(at: number, length: number): Promise<void> {
    await this.blockTable.zero(at, length, this.isLayer);
    if (this.blockTable.needsCommit) await this.#commit();
  }

  async remove(at: number, length: number): Promise<void> {
    for (let block = at / this.blockBytes; block * this.blockBytes < at + length; block++) await this.blockTable.remove(block, ABSENT);
    this.#hasRemoved = true;
  }

  /** The header's count is durable before an entry that it has to count is: a writer appends where it says. */
  #commit(): Promise<void> {
    return this.blockTable.commit(async () => {
      if (this.header.blocksAllocated >= this.blockTable.slots) return;
      this.header.blocksAllocated = this.blockTable.slots;
      await this.writeHeader();
    });
  }

  /** Leaves no slot unused and cuts the file there. */
  async compact(): Promise<void> {
    await this.#commit();
    this.header.blocksAllocated = await this.blockTable.compact(await this.blockTable.scan());
    await this.writeHeader();
    await this.store.flush();
    if (this.store.length > this.blockTable.areaEnd) await this.store.resize(this.blockTable.areaEnd);
    this.#hasRemoved = false;
  }

  /** One sector: a power cut leaves the old or the new one. */
  async writeHeader(): Promise<void> {
    const sector = new Uint8Array(SECTOR_BYTES);
    await this.store.read(0, sector);
    header.write(sector, this.header);
    await this.store.write(0, sector);
  }

  async resize(size: number): Promise<void> {
    const { resizeVdi } = await import('./resize.ts');
    await resizeVdi(this, size);
  }

  async setParent(parent: { readonly image: Image } | undefined): Promise<void> {
    const below = parent?.image;
    if (below !== undefined && !(below instanceof VdiImage)) throw notOnOthers(this.store);
    if (below !== undefined && this.type === 'static') {
      throw new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'a static VDI has all its blocks and stands on nothing', context: { path: this.store.name, op: 'rebase' } });
    }
    this.header.linkUuid = below?.header.imageUuid ?? NIL_UUID;
    this.header.parentModifyUuid = below?.header.modifyUuid ?? NIL_UUID;
    this.header.imageType = below === undefined ? (this.type === 'static' ? IMAGE_TYPES.static : IMAGE_TYPES.dynamic) : IMAGE_TYPES.differencing;
    await this.writeHeader();
    await this.store.flush();
    if (below === undefined) delete this.parent;
    else this.parent = this.#parentReference();
  }

  async flush(): Promise<void> {
    await this.#commit();
  }

  async close(): Promise<void> {
    try {
      if (this.isWritable && this.#isPrepared) {
        await this.#commit();
        if (this.#hasRemoved) await this.compact();
      }
    } finally {
      await this.store.close();
    }
  }

  details(): Details {
    const { blockSize, blockExtra, blocksInImage, blocksAllocated, imageUuid, modifyUuid, linkUuid, parentModifyUuid, comment } = this.header;
    return {
      variant: this.type, 'block-size': blockSize, ...(blockExtra === 0 ? {} : { 'block-extra': blockExtra }), blocks: blocksInImage, 'blocks-allocated': blocksAllocated, uuid: imageUuid, 'modification-uuid': modifyUuid,
      ...(this.isLayer ? { 'parent-uuid': linkUuid, 'parent-modification-uuid': parentModifyUuid } : {}), ...(comment === '' ? {} : { comment }),
    };
  }
}

export const notOnOthers = (store: Store): DiskError =>
  new DiskError({ code: 'DISK_OPERATION_UNSUPPORTED', kind: 'unsupported', message: 'a differencing VDI knows its parent by a UUID, so it stands on VDIs only', context: { path: store.name, op: 'create' } });
