/**
 * Segmented addresses: offset truncation, limit and type checks (SDM vol. 3A, 5.3–5.5). Flat segments never come here.
 */
import { accessBit, accessSlow } from '../../memory/mmu.ts';
import { STATE_BASE, TLB_BASE, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_SET_BYTES, TLB_WRITE_HALF, tlbSet } from '../../memory/layout.ts';
import type { Expression, FunctionBuilder } from '../../wasm/function.ts';
import { loadField, storeField } from './fields.ts';
import type { Subroutine } from './builder.ts';
import { addressKind, record } from '../decode/record.ts';
import { vector } from '../fault.ts';
import { flatSegment, modeBit } from '../modes.ts';
import { gpr, offsetOf, segment, segmentRight } from '../state.ts';

/** Bit of a record's shape. */
export const REGISTER_FORM = 0x10;

const segmentField = (f: FunctionBuilder, field: 'segmentBase' | 'segmentLimit' | 'segmentAccess', number: Expression): Expression =>
  field === 'segmentBase' ? f.load('i64.load', f.shl(number, 3), STATE_BASE + offsetOf[field]) : f.load('i32.load', f.shl(number, 2), STATE_BASE + offsetOf[field]);

/**
 * (segment number, offset, size | access bits) -> linear address; leaves #GP or #SS in the state, and 0, when the access is not allowed.
 * Not for 64-bit mode.
 */
const checkedLinear: Subroutine = {
  name: 'checkedLinear', params: ['i32', 'i64', 'i32'], results: ['i64'],
  build: (f) => {
    const [number, offset, how] = f.parameters;
    const rights = f.let(segmentField(f, 'segmentAccess', number));
    const limit = f.let(f.extendU(segmentField(f, 'segmentLimit', number)));
    const last = f.let(f.add(offset, f.extendU(f.sub(f.and(how, f.i32(0xff)), f.i32(1)))));
    f.block((violation) => {
      f.brIf(violation, f.eqz(f.and(rights, f.i32(segmentRight.present))));
      const code = f.let(f.and(rights, f.i32(segmentRight.code)));
      f.if(f.and(how, f.i32(accessBit.write)), () => f.brIf(violation, f.or(code, f.eqz(f.and(rights, f.i32(segmentRight.writable))))), () => {
        f.if(code, () => f.brIf(violation, f.eqz(f.and(rights, f.i32(segmentRight.writable)))));
      });
      f.if(f.eq(f.and(rights, f.i32(segmentRight.code | segmentRight.expandDown)), f.i32(segmentRight.expandDown)), () => {
        f.brIf(violation, f.leU(offset, limit));
        f.brIf(violation, f.gtU(last, f.select(f.and(rights, f.i32(segmentRight.big)), f.i64(0xffff_ffffn), f.i64(0xffff))));
      }, () => f.brIf(violation, f.gtU(last, limit)));
      f.return(f.and(f.add(offset, segmentField(f, 'segmentBase', number)), f.i64(0xffff_ffffn)));
    });
    storeField(f, 'faultVector', f.add(f.select(f.eq(number, f.i32(segment.ss)), f.i32(vector.ss), f.i32(vector.gp)), f.i32(1)));
    storeField(f, 'faultErrorCode', f.i32(0));
    f.return(f.i64(0));
  },
};

const isLong = (f: FunctionBuilder): Expression => f.eq(f.and(loadField(f, 'mode'), f.i32(modeBit.codeSize)), f.i32(2));

/** (record, base + index + displacement, size | access bits) -> linear address of the memory operand. */
export const segmentLinear: Subroutine = {
  name: 'segmentLinear', params: ['i32', 'i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [at, sum, how] = f.parameters;
    const offset = f.local('i64');
    f.set(offset, sum);
    const kind = f.let(f.load('i32.load8_u', at, record.addressKind));
    f.if(f.eq(kind, f.i32(addressKind.absolute)), () => f.set(offset, f.load('i64.load', at, record.wide)));
    f.if(f.eq(kind, f.i32(addressKind.relative)), () => f.set(offset, f.add(sum, f.extendU(f.add(f.load('i32.load16_u', at, record.pageOffset), f.load('i32.load8_u', at, record.length))))));
    const size = f.let(f.and(f.shrU(f.load('i32.load8_u', at, record.shape), 2), f.i32(3)));
    f.if(f.eqz(size), () => f.set(offset, f.and(offset, f.i64(0xffff))), () => {
      f.if(f.eq(size, f.i32(1)), () => f.set(offset, f.and(offset, f.i64(0xffff_ffffn))));
    });
    f.if(isLong(f), () => f.return(f.add(offset, f.load('i64.load', f.load('i32.load8_u', at, record.segmentBase), STATE_BASE + offsetOf.gpr))));
    f.return(f.call(call(checkedLinear), f.load('i32.load8_u', at, record.segment), offset, how));
  },
};

/** Where the TLB has the linear address, by the access bits. */
const tlbEntry = (f: FunctionBuilder, linear: Expression, how: Expression, tlb = loadField(f, 'tlb')): Expression => {
  const half = f.select(f.and(how, f.i32(accessBit.write)), f.i32(TLB_WRITE_HALF), f.i32(0));
  return f.let(f.add(f.add(tlb, f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))), half));
};
/** The page of the last of the bytes; the TLB's tag must be this for the access to be within its page. */
const lastPage = (f: FunctionBuilder, linear: Expression, how: Expression): Expression =>
  f.and(f.add(linear, f.extendU(f.sub(f.and(how, f.i32(0xff)), f.i32(1)))), f.i64(~0xfffn));

/**
 * (record, offset of a register slot in it, size | access bits) -> address in this memory of a VEX instruction's register or memory operand; 0 after leaving
 * a fault. With `accessBit.aligned` memory has to be aligned to the size.
 */
export const vectorAddress: Subroutine = {
  name: 'vectorAddress', params: ['i32', 'i32', 'i32'], results: ['i32'], touches: 'registers',
  build: (f, call) => {
    const [at, slot, how] = f.parameters;
    f.if(f.and(f.load('i32.load8_u', at, record.shape), f.i32(REGISTER_FORM)), () => f.return(f.add(f.load('i32.load8_u', f.add(at, slot)), f.i32(STATE_BASE + offsetOf.xmm))));
    const general = (field: 'base' | 'index' | 'segmentBase'): Expression => f.load('i64.load', f.load('i32.load8_u', at, record[field]), STATE_BASE + offsetOf.gpr);
    const linear = f.local('i64');
    f.set(linear, f.add(f.add(general('base'), f.shl(general('index'), f.extendU(f.load('i32.load8_u', at, record.scale)))), f.load('i64.load32_s', at, record.displacement)));
    const kind = f.let(f.load('i32.load8_u', at, record.addressKind));
    f.if(f.leU(kind, f.i32(addressKind.flat32)), () => {
      f.set(linear, f.add(linear, general('segmentBase')));
      f.if(kind, () => f.set(linear, f.and(linear, f.i64(0xffff_ffffn))));
    }, () => {
      f.set(linear, f.call(call(segmentLinear), at, linear, how));
      f.if(loadField(f, 'faultVector'), () => f.return(f.i32(0)));
    });
    f.if(f.and(how, f.i32(accessBit.aligned)), () => f.if(f.and(f.wrap(linear), f.sub(f.and(how, f.i32(0xff)), f.i32(1))), () => {
      storeField(f, 'faultVector', f.i32(vector.gp + 1));
      storeField(f, 'faultErrorCode', f.i32(0));
      f.return(f.i32(0));
    }));
    const entry = tlbEntry(f, linear, how);
    f.if(f.eq(f.load('i64.load', entry), lastPage(f, linear, how)), () => f.return(f.add(f.wrap(linear), f.load('i32.load', entry, 8))));
    storeField(f, 'instruction', at);
    f.return(f.call(call(accessSlow), linear, f.or(how, f.shl(f.eq(f.load('i32.load8_u', at, record.segment), f.i32(segment.ss)), Math.log2(accessBit.stack)))));
  },
};

/** (displacement from the top, size | access bits) -> linear address in the stack, whatever its address size. */
export const stackLinear: Subroutine = {
  name: 'stackLinear', params: ['i32', 'i32'], results: ['i64'], touches: 'registers',
  build: (f, call) => {
    const [displacement, how] = f.parameters;
    const sum = f.let(f.add(loadField(f, 'gpr', gpr.rsp), f.extendS(displacement)));
    f.if(isLong(f), () => f.return(sum));
    const mask = f.select(f.and(loadField(f, 'mode'), f.i32(modeBit.stack32)), f.i64(0xffff_ffffn), f.i64(0xffff));
    f.return(f.call(call(checkedLinear), f.i32(segment.ss), f.and(sum, mask), how));
  },
};

/** (record, offset already truncated, size | access bits) -> linear address in the record's segment, whatever its kind. */
export const recordLinear: Subroutine = {
  name: 'recordLinear', params: ['i32', 'i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [at, offset, how] = f.parameters;
    const kind = f.let(f.load('i32.load8_u', at, record.addressKind));
    f.if(f.leU(kind, f.i32(addressKind.flat32)), () => {
      const sum = f.let(f.add(offset, f.load('i64.load', f.load('i32.load8_u', at, record.segmentBase), STATE_BASE + offsetOf.gpr)));
      f.return(f.select(kind, f.and(sum, f.i64(0xffff_ffffn)), sum));
    });
    f.return(f.call(call(segmentLinear), at, offset, how));
  },
};

/** (offset, size | access bits) -> linear address in ES, the destination of string instructions. */
export const destinationLinear: Subroutine = {
  name: 'destinationLinear', params: ['i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [offset, how] = f.parameters;
    f.if(isLong(f), () => f.return(offset));
    f.if(f.and(loadField(f, 'mode'), f.i32(flatSegment(segment.es))), () => {
      f.return(f.and(f.add(offset, loadField(f, 'segmentBase', segment.es)), f.i64(0xffff_ffffn)));
    });
    f.return(f.call(call(checkedLinear), f.i32(segment.es), offset, how));
  },
};

/** (linear address, size | access bits) -> address in this memory, by the TLB or the slow path; 0 after leaving a fault. */
export const reach: Subroutine = {
  name: 'reach', params: ['i64', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how] = f.parameters;
    const entry = tlbEntry(f, linear, how);
    f.if(f.eq(f.load('i64.load', entry), lastPage(f, linear, how)), () => f.return(f.add(f.wrap(linear), f.load('i32.load', entry, 8))));
    f.return(f.call(call(accessSlow), linear, how));
  },
};

/**
 * The same for an access of the processor's own (accessBit.system), whatever the CPL: by the TLB of the supervisor, who may do the same.
 */
export const reachSystem: Subroutine = {
  name: 'reachSystem', params: ['i64', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how] = f.parameters;
    const entry = tlbEntry(f, linear, how, f.i32(TLB_BASE + tlbSet.supervisor * TLB_SET_BYTES));
    f.if(f.eq(f.load('i64.load', entry), lastPage(f, linear, how)), () => f.return(f.add(f.wrap(linear), f.load('i32.load', entry, 8))));
    f.return(f.call(call(accessSlow), linear, f.or(how, f.i32(accessBit.system))));
  },
};
