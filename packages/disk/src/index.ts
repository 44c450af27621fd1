/** Disk images as a library: open, make, read, write, map. */
export { openDisk, openStore, createDisk, createIn, probeFormat } from './open-disk.ts';
export type { OpenOptions, CreateOptions } from './open-disk.ts';
export { Disk } from './disk.ts';
export type { Extent } from './disk.ts';
export { DiskError } from './errors.ts';
export type { DiskErrorCode, DiskErrorContext, DiskErrorKind } from './errors.ts';
export { allFormats, formatNamed } from './formats/all-formats.ts';
export type { CheckProblem, CheckReport, Format, Measure, OptionDeclaration, OptionTable, Repair } from './format.ts';
export type { Image, Snapshot, Bitmap } from './image.ts';
export type { Store, StoreExtent } from './store/store.ts';
export { FileStore } from './store/file-store.ts';
export { MemoryStore } from './store/memory-store.ts';
export { WindowStore } from './store/window-store.ts';
export type { ReferencePolicy } from './references.ts';
