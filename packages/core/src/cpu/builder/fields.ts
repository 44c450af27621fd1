/** Access to the CPU state's fields from generated code. */
import { CODE_TLB_ENTRIES, STATE_BASE, TLB_ENTRY_BYTES } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { offsetOf, stateFields } from '../state.ts';
import type { FieldName } from '../state.ts';

const bytes = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;
const loads = { u8: 'i32.load8_u', u16: 'i32.load16_u', u32: 'i32.load', u64: 'i64.load' } as const;
const stores = { u8: 'i32.store8', u16: 'i32.store16', u32: 'i32.store', u64: 'i64.store' } as const;

const addressOf = (field: FieldName, index: number): number => STATE_BASE + offsetOf[field] + index * bytes[stateFields[field][0]];

export const loadField = (f: FunctionBuilder, field: FieldName, index = 0): Expression => f.load(loads[stateFields[field][0]], f.i32(0), addressOf(field, index));

export const storeField = (f: FunctionBuilder, field: FieldName, value: Expression, index = 0): void => {
  f.store(stores[stateFields[field][0]], f.i32(0), value, addressOf(field, index));
};

/** For statistics; of a u64 field. */
export const countOne = (f: FunctionBuilder, field: FieldName, index: number): void => storeField(f, field, f.add(loadField(f, field, index), f.i64(1)), index);

/** Offset in the code TLB of a linear address's entry, from the address's low 32 bits. */
export const codeTlbEntry = (f: FunctionBuilder, low: Expression): Expression =>
  f.xor(f.and(f.shrU(low, 8), f.i32((CODE_TLB_ENTRIES - 1) * TLB_ENTRY_BYTES)), loadField(f, 'codeSlot'));
