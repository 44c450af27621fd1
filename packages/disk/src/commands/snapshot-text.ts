/** Snapshots as info and snapshot show them. */
import type { Json } from '@worldswitch/command-line/command';
import type { Snapshot } from '../image.ts';
import { sizeText } from './size-text.ts';

/** qemu-img's keys. */
export function snapshotValue(snapshot: Snapshot): Json {
  return {
    id: snapshot.id, name: snapshot.name, 'vm-state-size': snapshot.vmStateBytes, 'disk-size': snapshot.size,
    'date-sec': Math.floor(snapshot.createdMs / 1000), 'date-nsec': Math.round(snapshot.createdMs % 1000 * 1e6),
    'vm-clock-sec': Math.floor(snapshot.vmClockNs / 1e9), 'vm-clock-nsec': snapshot.vmClockNs % 1e9,
  };
}

export function snapshotRows(snapshots: readonly Snapshot[]): string[] {
  const tagWidth = Math.max(14, ...snapshots.map(({ name }) => name.length));
  const row = (id: string, name: string, state: string, date: string, clock: string): string => `${id.padEnd(8)}  ${name.padEnd(tagWidth)}  ${state.padStart(8)}  ${date.padEnd(19)}  ${clock}`.trimEnd();
  return [row('ID', 'TAG', 'VM SIZE', 'DATE', 'VM CLOCK'), ...snapshots.map((snapshot) => row(snapshot.id, snapshot.name, sizeText(snapshot.vmStateBytes), localTime(snapshot.createdMs), clockText(snapshot.vmClockNs)))];
}

function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return Number.isNaN(date.getTime()) ? '-' : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function clockText(ns: number): string {
  const ms = Math.floor(ns / 1e6);
  const field = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  return `${field(ms / 3_600_000, 2)}:${field((ms / 60_000) % 60, 2)}:${field((ms / 1000) % 60, 2)}.${field(ms % 1000, 3)}`;
}
