/** The output buffer of a PS/2 device: a ring of bytes that wait for the controller. */
import { bytes, ranged } from '../struct/fields.ts';
import type { StateOf } from '../struct/struct.ts';

export const QUEUE_SIZE = 32;

export const QUEUE = {
  bytes: bytes(QUEUE_SIZE),
  first: ranged(0, 0, QUEUE_SIZE - 1),
  count: ranged(0, 0, QUEUE_SIZE),
};
export type Queue = StateOf<typeof QUEUE>;

/** All of `values`, or nothing when they do not fit. */
export function enqueue(queue: Queue, ...values: readonly number[]): boolean {
  if (queue.count + values.length > QUEUE_SIZE) return false;
  for (const value of values) queue.bytes[(queue.first + queue.count++) % QUEUE_SIZE] = value;
  return true;
}

/** The next byte; the queue is not empty. */
export function dequeue(queue: Queue): number {
  const value = queue.bytes[queue.first];
  queue.first = (queue.first + 1) % QUEUE_SIZE;
  queue.count--;
  return value;
}

export function clear(queue: Queue): void {
  queue.count = 0;
}
