/** The table of internal snapshots ("Snapshots"), read with every bound checked. */
import { beyondLimit, corrupt } from '../../errors.ts';
import { placeIn, readPadded } from '../../store/store.ts';
import type { Header } from './header.ts';
import { MOST_L1_BYTES, MOST_SNAPSHOT_EXTRA_BYTES, MOST_SNAPSHOT_TABLE_BYTES, NO_ICOUNT, snapshotExtraLayout, snapshotLayout } from './layout.ts';

export interface SnapshotEntry {
  readonly id: string;
  readonly name: string;
  readonly l1Offset: number;
  readonly l1Entries: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly vmClockNs: bigint;
  readonly vmStateBytes: number;
  /** Of the disk then. */
  readonly size: number;
  readonly icount: bigint;
  /** Extra data beyond what is known. */
  readonly unknownExtra: Uint8Array;
}

export interface SnapshotTable {
  readonly snapshots: readonly SnapshotEntry[];
  readonly byteLength: number;
}

const roundUp = (length: number): number => Math.ceil(length / 8) * 8;
/** Entries are read by so much at a time. */
const WINDOW_BYTES = 256 * 1024;

/** @throws DiskError */
export async function readSnapshotTable(header: Header): Promise<SnapshotTable> {
  const { store, fields } = header;
  const start = fields.snapshots_offset;
  const snapshots: SnapshotEntry[] = [];
  let at = 0;
  let window = new Uint8Array(0), windowAt = 0;
  const need = async (length: number): Promise<Uint8Array> => {
    if (at < windowAt || at + length > windowAt + window.length) {
      window = await readPadded(store, start + at, Math.max(length, WINDOW_BYTES));
      windowAt = at;
    }
    return window.subarray(at - windowAt, at - windowAt + length);
  };
  for (let i = 0; i < fields.nb_snapshots; i++) {
    const where = placeIn(store, start + at, 'snapshot table');
    if (start + at + snapshotLayout.byteLength > store.length) throw corrupt(`the table of ${fields.nb_snapshots} snapshots goes beyond the end of the file`, where);
    const fixed = snapshotLayout.read(await need(snapshotLayout.byteLength), 0, where);
    if (fixed.extra_data_size > MOST_SNAPSHOT_EXTRA_BYTES) throw beyondLimit(`extra_data_size is ${fixed.extra_data_size}, more than ${MOST_SNAPSHOT_EXTRA_BYTES}`, { ...where, field: 'extra_data_size' });
    if (fixed.l1_size * 8 > MOST_L1_BYTES) throw beyondLimit(`l1_size of a snapshot is ${fixed.l1_size}, a table of more than ${MOST_L1_BYTES} bytes`, { ...where, field: 'l1_size' });
    const length = snapshotLayout.byteLength + fixed.extra_data_size + fixed.id_str_size + fixed.name_size;
    const entry = (await need(length)).slice();
    const extra = entry.subarray(snapshotLayout.byteLength, snapshotLayout.byteLength + fixed.extra_data_size);
    const known = new Uint8Array(snapshotExtraLayout.byteLength);
    known.set(extra.subarray(0, known.length));
    const { vm_state_size: vmStateBytes, disk_size: size, icount } = snapshotExtraLayout.read(known, 0, where);
    const idAt = snapshotLayout.byteLength + extra.length;
    const text = (from: number, bytes: number): string => new TextDecoder().decode(entry.subarray(from, from + bytes));
    snapshots.push({
      id: text(idAt, fixed.id_str_size), name: text(idAt + fixed.id_str_size, fixed.name_size), l1Offset: fixed.l1_table_offset, l1Entries: fixed.l1_size, seconds: fixed.date_sec, nanoseconds: fixed.date_nsec,
      vmClockNs: fixed.vm_clock_nsec, vmStateBytes: extra.length >= 8 ? vmStateBytes : fixed.vm_state_size,
      // Older snapshots do not say; the disk had the size that it has.
      size: extra.length >= 16 ? size : fields.size,
      icount: extra.length >= 24 ? icount : NO_ICOUNT, unknownExtra: extra.slice(Math.min(extra.length, snapshotExtraLayout.byteLength)),
    });
    at += roundUp(length);
    if (at > MOST_SNAPSHOT_TABLE_BYTES) throw beyondLimit(`the snapshot table has more than ${MOST_SNAPSHOT_TABLE_BYTES} bytes`, where);
  }
  return { snapshots, byteLength: at };
}

export function encodeSnapshotTable(snapshots: readonly SnapshotEntry[]): Uint8Array<ArrayBuffer> {
  const parts = snapshots.map((snapshot) => {
    const id = new TextEncoder().encode(snapshot.id), name = new TextEncoder().encode(snapshot.name);
    const extraBytes = snapshotExtraLayout.byteLength + snapshot.unknownExtra.length;
    const bytes = new Uint8Array(roundUp(snapshotLayout.byteLength + extraBytes + id.length + name.length));
    snapshotLayout.write(bytes, {
      l1_table_offset: snapshot.l1Offset, l1_size: snapshot.l1Entries, id_str_size: id.length, name_size: name.length, date_sec: snapshot.seconds, date_nsec: snapshot.nanoseconds, vm_clock_nsec: snapshot.vmClockNs,
      vm_state_size: Math.min(snapshot.vmStateBytes, 0xffff_ffff), extra_data_size: extraBytes,
    });
    snapshotExtraLayout.write(bytes, { vm_state_size: snapshot.vmStateBytes, disk_size: snapshot.size, icount: snapshot.icount }, snapshotLayout.byteLength);
    bytes.set(snapshot.unknownExtra, snapshotLayout.byteLength + snapshotExtraLayout.byteLength);
    bytes.set(id, snapshotLayout.byteLength + extraBytes);
    bytes.set(name, snapshotLayout.byteLength + extraBytes + id.length);
    return bytes;
  });
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
