/** A decoded instruction as the translator sees it: how it will be bound, and which registers it uses. */
import { REGISTER_FORM } from '../builder/addressing.ts';
import { addressKind, record } from '../decode/record.ts';
import { special } from '../decode/special.ts';
import type { Handler } from '../isa/shapes.ts';
import { modeBit } from '../modes.ts';
import { offsetOf } from '../state.ts';
import { factsOf } from './facts.ts';
import type { Facts } from './facts.ts';
import type { RegisterSet } from './registers.ts';

/** early: its semantics become part of the region; called: its handler is; left: the region ends before it, and the interpreter carries it out. */
type BindingKind = 'early' | 'called' | 'left';

/** By handler number: the handlers of the catalogue, nothing for special ones. */
export type HandlersByNumber = readonly (Handler | undefined)[];

export interface TranslatedInstruction {
  readonly binding: BindingKind;
  readonly handler: Handler | undefined;
  readonly handlerNumber: number;
  readonly facts: Facts | undefined;
}

/** Code that is translated: of 64 bits, or of 32 bits with a flat stack. */
export const isTranslatable = (mode: number): boolean =>
  (mode & modeBit.codeSize) === 2 || ((mode & modeBit.codeSize) === 1 && (mode & modeBit.flatStack32) !== 0);

const bindingOf = (handler: Handler, facts: Facts, kind: number, isFunction: boolean): BindingKind => {
  if (facts.jump !== 'none') {
    const { shapes } = handler;
    return facts.isOpaque || shapes.at(-1)?.width === 16 || (facts.addressesMemory && kind > addressKind.flat32) ? 'left' : 'early';
  }
  if (!facts.isOpaque && !(facts.addressesMemory && kind > addressKind.flat32)) return 'early';
  return isFunction ? 'called' : 'left';
};

export const readInstruction = (records: DataView, at: number, handlers: HandlersByNumber, firstFunction: number): TranslatedInstruction => {
  const handlerNumber = records.getUint16(at + record.handler, true);
  const handler = handlers[handlerNumber];
  if (!handler || handlerNumber <= special.translated) return { binding: 'left', handler: undefined, handlerNumber, facts: undefined };
  const facts = factsOf(handler, records.getInt32(at + record.immediate, true));
  return { binding: bindingOf(handler, facts, records.getUint8(at + record.addressKind), handlerNumber >= firstFunction), handler, handlerNumber, facts };
};

export const slots = [record.a, record.b, record.c, record.d] as const;

/** Registers that an instruction bound early uses, and those of them that it writes. */
export const registersOf = (records: DataView, at: number, facts: Facts): { used: RegisterSet; written: RegisterSet } => {
  let general = facts.registersRead | facts.registersWritten, vectors = facts.vectorsRead | facts.vectorsWritten;
  // upper halves that are written besides the operands (VZEROUPPER) are no reason to keep them in locals
  let highs = 0;
  let generalWritten = facts.registersWritten, vectorsWritten = facts.vectorsWritten, highsWritten = facts.vectorHighsWritten;
  const { slotOperands } = facts;
  for (let slot = 0; slot < slotOperands.length; slot++) {
    const { kind, writes, isWide } = slotOperands[slot]!;
    const place = records.getUint8(at + slots[slot]!);
    if (kind === 'register') {
      general |= 1 << (place >> 3);
      if (writes) generalWritten |= 1 << (place >> 3);
    } else if (kind === 'vector') {
      vectors |= 1 << (place >> 4);
      if (writes) vectorsWritten |= 1 << (place >> 4);
    } else if (kind === 'ymm' || (kind === 'source' && records.getUint8(at + record.shape) & REGISTER_FORM)) {
      vectors |= 1 << (place >> 4);
      if (writes || isWide) highs |= 1 << (place >> 4);
      if (writes) {
        vectorsWritten |= 1 << (place >> 4);
        highsWritten |= 1 << (place >> 4);
      }
    }
  }
  const base = records.getUint8(at + record.base), index = records.getUint8(at + record.index);
  if (base < offsetOf.zero) general |= 1 << (base >> 3);
  if (index < offsetOf.zero) general |= 1 << (index >> 3);
  return {
    used: { general, vectors, vectorHighs: highs },
    written: { general: generalWritten, vectors: vectorsWritten, vectorHighs: highsWritten },
  };
};
