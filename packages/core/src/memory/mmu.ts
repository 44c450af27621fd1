/**
 * The memory management unit, as generated code: page walk, TLB fill, and the slow path of every access.
 *
 * Reference: SDM vol. 3A, ch. 4 (paging with 2, 3 and 4 levels, WP, PSE, PAE, NX, SMEP, SMAP, protection keys), 6.15 (#PF, #AC).
 * A TLB entry stands for 4 KiB whatever the page's size. The write half holds a page only while its dirty bit is set and it is RAM; one that
 * holds decoded code has a tag that is its own, which only the slow path knows. Missing: 5 levels (LA57), PCID tags (a load of CR3 flushes, which the architecture allows); the
 * PAE directory pointers are read at each walk and not when CR3 is loaded (SDM vol. 3A, 4.4.1), so a changed one takes effect at once.
 */
import { countOne, loadField, storeField } from '../cpu/builder/fields.ts';
import { imported } from '../cpu/builder/subroutines.ts';
import type { Subroutine } from '../cpu/builder/builder.ts';
import { pageFaultCode, vector } from '../cpu/fault.ts';
import { physicalAddressBits } from '../cpu/features.ts';
import { cr0, cr4, efer, flag } from '../cpu/state.ts';
import type { Expression, FunctionBuilder } from '../wasm/function.ts';
import {
  BOUNCE_BASE, CODE_CHUNK_BYTES, CODE_MARKS_BASE, CODE_MARKS_BYTES, CODE_TLB_BASE, CODE_TLB_ENTRIES, CODE_TLB_SLOT, JUMP_CACHE_BASE, JUMP_CACHE_ENTRIES, JUMP_CACHE_ENTRY_BYTES, PAGE_ATTRIBUTES_BASE, PAGE_BYTES, PAGE_HOST_BASE, RAM_BASE, TLB_BASE, TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_HOLDS_CODE, TLB_LOG_BASE, TLB_LOG_ENTRIES, TLB_SETS, TLB_SET_BYTES, TLB_WRITE_HALF, codeMarks, pageAttribute, tlbSet,
} from './layout.ts';

/** Bits from MAXPHYADDR to 51 of a paging entry are reserved. */
const ADDRESS_BITS = (1n << BigInt(physicalAddressBits)) - 1n;
const RESERVED_HIGH = ((1n << 52n) - 1n) & ~ADDRESS_BITS;

/** How memory is accessed; with the size in bits 0–7 the second parameter of `accessSlow`. */
export const accessBit = {
  write: 0x100,
  /** A store follows which depends on the present content. */
  modify: 0x200,
  /** By way of SS: a non-canonical address raises #SS. */
  stack: 0x400,
  /** Implicit supervisor access (descriptor tables, TSS), whatever the CPL. */
  system: 0x800,
  fetch: 0x1000,
  /** Checked before the access is made (builder/addressing.ts). */
  aligned: 0x2000,
  /** What follows the bytes in their page may be written, too. */
  rest: 0x4000,
  /**
   * In a region: a read that another access of the instruction follows. If that has to be left to the interpreter the instruction is carried out anew, and a device
   * would be read again: so no device is read, and 0 returned without a fault.
   */
  first: 0x8000,
} as const;

export const mmioRead = imported('mmioRead', ['i32', 'i32'], ['i32']);
export const mmioWrite = imported('mmioWrite', ['i32', 'i32', 'i32'], []);
/** (physical address, bytes in its page): there are decoded instructions near it, and it is about to change. */
export const codeWritten = imported('codeWritten', ['i32', 'i32'], []);
/** A data access while debug breakpoints are armed: linear address, size, is it a write. */
export const watchAccess = imported('watchAccess', ['i64', 'i32', 'i32'], []);

const has = (f: FunctionBuilder, value: Expression, bits: number | bigint): Expression => f.ne(f.and(value, f.constant(value.type, bits)), f.constant(value.type, 0));
const raise = (f: FunctionBuilder, faultVector: number, errorCode: Expression): void => {
  storeField(f, 'faultVector', f.i32(faultVector + 1));
  storeField(f, 'faultErrorCode', errorCode);
};

/** Physical address -> address in this memory, or 0 where no RAM or ROM is. */
export const hostAddress: Subroutine = {
  name: 'hostAddress', params: ['i64'], results: ['i32'],
  build: (f) => {
    const phys = f.let(f.and(f.params[0]!, loadField(f, 'a20Mask')));
    f.if(f.ne(f.shrU(phys, 32), f.i64(0)), () => f.return(f.i32(0)));
    const low = f.let(f.wrap(phys));
    const page = f.let(f.load('i32.load', f.shl(f.shrU(low, 12), 2), PAGE_HOST_BASE));
    f.if(f.eqz(page), () => f.return(f.i32(0)));
    f.return(f.add(page, f.and(low, f.i32(0xfff))));
  },
};

/**
 * (address in this memory, bytes in its page): RAM is about to change that lies in a page with decoded instructions. Where none is decoded in the chunks that are
 * written that is a store like any other, but for a page that has many of them: its code may be long gone.
 */
const storeToCode: Subroutine = {
  name: 'storeToCode', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    const [host, length] = f.parameters;
    const phys = f.let(f.sub(host, f.i32(RAM_BASE)));
    const marks = f.let(f.mul(f.shrU(phys, 12), f.i32(CODE_MARKS_BYTES)));
    const chunk = f.local('i32');
    f.set(chunk, f.shrU(f.and(phys, f.i32(PAGE_BYTES - 1)), Math.log2(CODE_CHUNK_BYTES)));
    const last = f.let(f.shrU(f.add(f.and(phys, f.i32(PAGE_BYTES - 1)), f.sub(length, f.i32(1))), Math.log2(CODE_CHUNK_BYTES)));
    f.loop((next) => {
      f.if(f.and(f.shrU(f.load('i32.load8_u', f.add(marks, f.shrU(chunk, 3)), CODE_MARKS_BASE), f.and(chunk, f.i32(7))), f.i32(1)), () => {
        f.perform(call(codeWritten), phys, length);
        f.return();
      });
      f.set(chunk, f.add(chunk, f.i32(1)));
      f.brIf(next, f.leU(chunk, last));
    });
    const left = f.let(f.sub(f.load('i32.load', marks, CODE_MARKS_BASE + codeMarks.storesLeft), f.i32(1)));
    f.store('i32.store', marks, left, CODE_MARKS_BASE + codeMarks.storesLeft);
    f.if(f.eqz(left), () => f.perform(call(codeWritten), f.and(phys, f.i32(~(PAGE_BYTES - 1))), f.i32(PAGE_BYTES)));
  },
};

const attributesAt = (f: FunctionBuilder, host: Expression): Expression => f.load('i32.load8_u', f.shrU(f.sub(host, f.i32(RAM_BASE)), 12), PAGE_ATTRIBUTES_BASE);

/** (address in this memory, bytes in its page): RAM to which one byte may be stored is about to change as a whole. */
export const bulkStore: Subroutine = {
  name: 'bulkStore', params: ['i32', 'i32'], results: [],
  build: (f, call) => {
    f.if(has(f, attributesAt(f, f.params[0]!), pageAttribute.code), () => f.perform(call(storeToCode), f.params[0]!, f.params[1]!));
  },
};

/**
 * (address in this memory, physical address, entry, is it of 64 bits): stores a paging-structure entry whose accessed or dirty bit was set. As other stores it
 * leaves ROM alone, and discards code that was decoded from the page.
 */
const storeEntry: Subroutine = {
  name: 'storeEntry', params: ['i32', 'i64', 'i64', 'i32'], results: [],
  build: (f, call) => {
    const [host, phys, entry, wide] = f.parameters;
    const number = f.let(f.wrap(f.shrU(f.and(phys, loadField(f, 'a20Mask')), 12)));
    const attributes = f.let(f.load('i32.load8_u', number, PAGE_ATTRIBUTES_BASE));
    f.if(has(f, attributes, pageAttribute.readOnly), () => f.return());
    f.if(has(f, attributes, pageAttribute.code), () => f.perform(call(storeToCode), host, f.shl(f.add(wide, f.i32(1)), 2)));
    f.store('i32.store8', number, f.or(f.load('i32.load8_u', number, PAGE_ATTRIBUTES_BASE), f.i32(pageAttribute.dirty)), PAGE_ATTRIBUTES_BASE);
    f.if(wide, () => f.store('i64.store', host, entry), () => f.store('i64.store32', host, entry));
  },
};

/** Bits in the result of `walk`, below the page's address. */
export const walked = { mayWrite: 1n, global: 2n, large: 4n, userPage: 8n };

/**
 * Translates (linear address, access bits) to the physical address of the 4 KiB page | `walked` bits, setting accessed and dirty bits;
 * -1 after leaving a page fault in the state. Access bits: accessBit.write, .system, .fetch.
 */
export const walk: Subroutine = {
  name: 'walk', params: ['i64', 'i32'], results: ['i64'],
  build: (f, call) => {
    const [linear, access] = f.parameters;
    const c0 = f.let(f.wrap(loadField(f, 'cr0')));
    f.if(f.eqz(f.and(c0, f.i32(cr0.pg | 0))), () => f.return(f.or(f.and(linear, f.i64(0xffff_f000n)), f.i64(walked.mayWrite))));
    f.if(has(f, access, accessBit.fetch), () => countOne(f, 'tlbMisses', 1), () => countOne(f, 'tlbMisses', 0));
    const c4 = f.let(f.wrap(loadField(f, 'cr4')));
    const ef = f.let(f.wrap(loadField(f, 'efer')));
    const user = f.let(f.and(f.eq(loadField(f, 'cpl'), f.i32(3)), f.eqz(f.and(access, f.i32(accessBit.system)))));
    const write = f.let(has(f, access, accessBit.write));
    const fetch = f.let(has(f, access, accessBit.fetch));
    const entry = f.local('i64');
    const host = f.local('i32');
    const entryAddress = f.local('i64');
    const table = f.local('i64');
    const result = f.local('i64');
    // with two levels, the directory entry: like the 386 it is marked accessed only when the whole walk succeeds
    const directoryHost = f.local('i32');
    const directoryAddress = f.local('i64');
    const directoryEntry = f.local('i64');
    /** AND of the writable and user bits of all levels (bits 1 and 2), and OR of the no-execute bits. */
    const rights = f.local('i64');
    const noExecute = f.local('i64');
    const code = f.local('i32');
    f.set(rights, f.i64(6));
    f.set(code, f.i32(pageFaultCode.present));

    const touch = (bits: Expression, wide: boolean): void => {
      f.if(f.ne(f.and(entry, bits), bits), () => {
        f.set(entry, f.or(entry, bits));
        f.perform(call(storeEntry), host, entryAddress, entry, f.i32(wide ? 1 : 0));
      });
    };
    f.block((fault) => {
      f.block((leaf) => {
        const fetchEntry = (address: Expression, wide: boolean): void => {
          f.set(entryAddress, address);
          f.set(host, f.call(call(hostAddress), entryAddress));
          f.if(f.eqz(host), () => { f.set(code, f.i32(0)); f.br(fault); });
          f.set(entry, f.load(wide ? 'i64.load' : 'i64.load32_u', host));
          f.if(f.eqz(f.and(entry, f.i64(1))), () => { f.set(code, f.i32(0)); f.br(fault); });
        };
        const reservedWhen = (condition: Expression): void => f.if(condition, () => {
          f.set(code, f.i32(pageFaultCode.present | pageFaultCode.reserved));
          f.br(fault);
        });
        f.if(has(f, c4, cr4.pae), () => {
          const shift = f.local('i64');
          f.if(has(f, ef, efer.lma), () => {
            f.set(table, f.and(loadField(f, 'cr3'), f.i64(ADDRESS_BITS & ~0xfffn)));
            f.set(shift, f.i64(39));
          }, () => {
            // PAE: four page-directory pointers, which have no rights and no accessed bit
            f.set(table, f.and(loadField(f, 'cr3'), f.i64(0xffff_ffe0n)));
            fetchEntry(f.add(table, f.shl(f.and(f.shrU(linear, 30), f.i64(3)), 3)), true);
            reservedWhen(has(f, entry, BigInt.asIntN(64, RESERVED_HIGH | 0xfff0_0000_0000_01e6n)));
            f.set(table, f.and(entry, f.i64(ADDRESS_BITS & ~0xfffn)));
            f.set(shift, f.i64(21));
          });
          f.loop((next) => {
            fetchEntry(f.add(table, f.shl(f.and(f.shrU(linear, shift), f.i64(0x1ff)), 3)), true);
            reservedWhen(has(f, entry, RESERVED_HIGH));
            f.if(f.ltS(entry, f.i64(0)), () => {
              reservedWhen(f.eqz(f.and(ef, f.i32(efer.nxe))));
              f.set(noExecute, f.i64(1));
            });
            f.if(f.eqz(f.and(ef, f.i32(efer.lma))), () => reservedWhen(has(f, entry, 0x7ff0_0000_0000_0000n)));
            f.set(rights, f.and(rights, entry));
            f.if(f.eq(shift, f.i64(12)), () => {
              f.set(result, f.and(entry, f.i64(ADDRESS_BITS & ~0xfffn)));
              f.br(leaf);
            });
            f.if(has(f, entry, 0x80), () => {
              reservedWhen(f.eq(shift, f.i64(39)));
              const offsetMask = f.let(f.sub(f.shl(f.i64(1), shift), f.i64(1)));
              reservedWhen(f.ne(f.and(f.and(entry, offsetMask), f.i64(~0x1fffn)), f.i64(0)));
              f.set(result, f.or(
                f.and(f.and(entry, f.i64(ADDRESS_BITS)), f.xor(offsetMask, f.i64(-1))),
                f.and(f.and(linear, offsetMask), f.i64(~0xfffn)),
              ));
              f.set(result, f.or(result, f.i64(walked.large)));
              f.br(leaf);
            });
            touch(f.i64(0x20), true);
            f.set(table, f.and(entry, f.i64(ADDRESS_BITS & ~0xfffn)));
            f.set(shift, f.sub(shift, f.i64(9)));
            f.br(next);
          });
        });
        // two levels of 32-bit entries
        f.set(table, f.and(loadField(f, 'cr3'), f.i64(0xffff_f000n)));
        fetchEntry(f.add(table, f.and(f.shrU(linear, 20), f.i64(0xffc))), false);
        f.set(rights, f.and(rights, entry));
        f.if(f.and(has(f, entry, 0x80), has(f, c4, cr4.pse)), () => {
          reservedWhen(has(f, entry, 0x20_0000));
          f.set(result, f.or(f.or(f.and(entry, f.i64(0xffc0_0000n)), f.shl(f.and(f.shrU(entry, 13), f.i64(0xff)), 32)), f.and(linear, f.i64(0x3f_f000))));
          f.set(result, f.or(result, f.i64(walked.large)));
          f.br(leaf);
        });
        f.set(directoryHost, host);
        f.set(directoryAddress, entryAddress);
        f.set(directoryEntry, entry);
        fetchEntry(f.add(f.and(entry, f.i64(0xffff_f000n)), f.and(f.shrU(linear, 10), f.i64(0xffc))), false);
        f.set(rights, f.and(rights, entry));
        f.set(result, f.and(entry, f.i64(0xffff_f000n)));
      });
      // access rights, SDM vol. 3A, 4.6
      const userPage = f.let(has(f, rights, 4));
      // Protection keys come first: the error code shows that they deny the access, whatever else does.
      f.if(f.and(f.and(has(f, c4, cr4.pke), has(f, ef, efer.lma)), f.and(userPage, f.eqz(fetch))), () => {
        const key = f.let(f.shrU(loadField(f, 'pkru'), f.shl(f.and(f.wrap(f.shrU(entry, 59)), f.i32(15)), 1)));
        const denied = f.let(f.or(f.and(key, f.i32(1)), f.and(f.and(f.and(f.shrU(key, 1), f.i32(1)), write), f.or(user, has(f, c0, cr0.wp)))));
        f.if(denied, () => {
          f.set(code, f.i32(pageFaultCode.present | pageFaultCode.protectionKey));
          f.br(fault);
        });
      });
      f.if(user, () => f.brIf(fault, f.eqz(userPage)), () => f.if(userPage, () => {
        f.if(fetch, () => f.brIf(fault, has(f, c4, cr4.smep)), () => {
          // SMAP: explicit accesses are let through by EFLAGS.AC
          const allowed = f.let(f.and(has(f, loadField(f, 'flags'), flag.ac), f.and(f.ne(loadField(f, 'cpl'), f.i32(3)), f.eqz(f.and(access, f.i32(accessBit.system))))));
          f.brIf(fault, f.and(has(f, c4, cr4.smap), f.eqz(allowed)));
        });
      }));
      f.if(fetch, () => f.brIf(fault, f.wrap(noExecute)));
      f.if(f.eqz(f.and(rights, f.i64(2))), () => f.if(write, () => f.brIf(fault, f.or(user, has(f, c0, cr0.wp)))));
      f.if(directoryHost, () => f.if(f.eqz(has(f, directoryEntry, 0x20)), () => f.perform(call(storeEntry), directoryHost, directoryAddress, f.or(directoryEntry, f.i64(0x20)), f.i32(0))));
      const bits = f.let(f.select(write, f.i64(0x60), f.i64(0x20)));
      f.if(has(f, c4, cr4.pae), () => touch(bits, true), () => touch(bits, false));
      f.if(f.and(has(f, entry, 0x100), has(f, c4, cr4.pge)), () => f.set(result, f.or(result, f.i64(walked.global))));
      const writable = f.let(f.or(has(f, rights, 2), f.eqz(f.or(user, has(f, c0, cr0.wp)))));
      f.if(f.and(writable, has(f, entry, 0x40)), () => f.set(result, f.or(result, f.i64(walked.mayWrite))));
      f.return(result);
    });
    const report = f.let(f.or(has(f, c4, cr4.smep), f.and(has(f, c4, cr4.pae), has(f, ef, efer.nxe))));
    raise(f, vector.pf, f.or(f.or(code, f.or(f.shl(write, 1), f.shl(user, 2))), f.shl(f.and(fetch, report), 4)));
    storeField(f, 'cr2', linear);
    f.return(f.i64(-1));
  },
};

/** Results of `translatePage` besides an address. */
const FAULT = 0;
const DEVICE = 1;

/**
 * (linear address, access bits, part 0 or 1) -> address of that byte in this memory, DEVICE with the physical address in slowPhys[part], or FAULT.
 * Fills the TLB.
 */
const translatePage: Subroutine = {
  name: 'translatePage', params: ['i64', 'i32', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, access, part] = f.parameters;
    const page = f.let(f.call(call(walk), linear, access));
    f.if(f.eq(page, f.i64(-1)), () => f.return(f.i32(FAULT)));
    const phys = f.let(f.and(f.and(page, f.i64(~0xfffn)), loadField(f, 'a20Mask')));
    const host = f.let(f.call(call(hostAddress), phys));
    const number = f.let(f.shrU(f.wrap(phys), 12));
    const write = f.let(has(f, access, accessBit.write));
    const offset = f.let(f.and(f.wrap(linear), f.i32(0xfff)));
    const holdsCode = f.local('i32');
    f.set(holdsCode, f.i32(0));
    const device = (): void => {
      const at = f.let(f.or(phys, f.extendU(offset)));
      f.if(part, () => storeField(f, 'slowPhys', at, 1), () => storeField(f, 'slowPhys', at, 0));
      f.return(f.i32(DEVICE));
    };
    f.if(f.eqz(host), device);
    f.if(write, () => {
      const attributes = f.let(f.load('i32.load8_u', number, PAGE_ATTRIBUTES_BASE));
      f.if(has(f, attributes, pageAttribute.readOnly), device);
      f.if(has(f, attributes, pageAttribute.code), () => {
        const toItsEnd = f.let(f.sub(f.i32(PAGE_BYTES), offset));
        const size = f.let(f.select(has(f, access, accessBit.rest), toItsEnd, f.and(access, f.i32(0xff))));
        f.perform(call(storeToCode), f.add(host, offset), f.select(f.ltU(size, toItsEnd), size, toItsEnd));
        f.set(holdsCode, has(f, f.load('i32.load8_u', number, PAGE_ATTRIBUTES_BASE), pageAttribute.code));
      });
      f.store('i32.store8', number, f.or(f.load('i32.load8_u', number, PAGE_ATTRIBUTES_BASE), f.i32(pageAttribute.dirty)), PAGE_ATTRIBUTES_BASE);
    });
    f.if(has(f, page, walked.large), () => f.perform(call(noteLargePage), linear));
    const set = f.let(f.select(has(f, access, accessBit.system), f.i32(TLB_BASE + tlbSet.supervisor * TLB_SET_BYTES), loadField(f, 'tlb')));
    f.if(f.ne(set, f.i32(TLB_BASE + tlbSet.unfilled * TLB_SET_BYTES)), () => {
      const at = f.let(f.add(f.add(set, f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))), f.select(write, f.i32(TLB_WRITE_HALF), f.i32(0))));
      f.store('i64.store', at, f.or(f.and(linear, f.i64(~0xfffn)), f.extendU(holdsCode)));
      f.store('i32.store', at, f.sub(host, f.and(f.wrap(linear), f.i32(~0xfff))), 8);
      const global = f.let(f.wrap(f.and(page, f.i64(walked.global))));
      f.store('i32.store', at, global, 12);
      f.if(f.eqz(global), () => f.perform(call(logTlbEntry), at));
    });
    f.return(f.add(host, offset));
  },
};

/** (address of a TLB entry): it was filled with a page that is not global. */
export const logTlbEntry: Subroutine = {
  name: 'logTlbEntry', params: ['i32'], results: [],
  build: (f) => {
    const logged = f.let(loadField(f, 'tlbLogged'));
    f.if(f.ltU(logged, f.i32(TLB_LOG_ENTRIES)), () => f.store('i32.store', f.shl(logged, 2), f.params[0]!, TLB_LOG_BASE));
    storeField(f, 'tlbLogged', f.add(logged, f.i32(1)));
  },
};

/** Widens the region that large pages cover to include the one at the address. */
const noteLargePage: Subroutine = {
  name: 'noteLargePage', params: ['i64'], results: [],
  build: (f) => {
    const linear = f.params[0]!;
    const mask = f.local('i64');
    const base = f.let(loadField(f, 'largePageBase'));
    f.set(mask, loadField(f, 'largePageMask'));
    f.if(f.eqz(mask), () => {
      storeField(f, 'largePageMask', f.i64(~0x3fff_ffffn));
      storeField(f, 'largePageBase', f.and(linear, f.i64(~0x3fff_ffffn)));
      f.return();
    });
    f.loop((wider) => f.if(f.ne(f.and(linear, mask), f.and(base, mask)), () => {
      f.set(mask, f.shl(mask, 1));
      f.br(wider);
    }));
    storeField(f, 'largePageMask', mask);
    storeField(f, 'largePageBase', f.and(base, mask));
  },
};

/** Addresses that no device of a 32-bit bus decodes. */
const isBeyondBus = (f: FunctionBuilder, phys: Expression): Expression => f.ne(f.shrU(phys, 32), f.i64(0));

/** Reads `length` bytes at one part of a slow access into the bounce buffer; (host or 0, physical, bounce address, length). */
const gatherPart: Subroutine = {
  name: 'gatherPart', params: ['i32', 'i64', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const [host, phys, to, length] = f.parameters;
    const known = f.local('i32');
    f.set(known, host);
    f.if(f.eqz(known), () => f.set(known, f.call(call(hostAddress), phys))); // ROM, which only writes take for a device
    f.if(known, () => {
      f.memoryCopy(to, known, length);
      f.return();
    });
    f.if(isBeyondBus(f, phys), () => {
      f.memoryFill(to, f.i32(0xff), length);
      f.return();
    });
    eachDeviceAccess(f, length, (at, size) => {
      const value = f.let(f.call(call(mmioRead), f.add(f.wrap(phys), at), f.i32(size)));
      f.store(size === 4 ? 'i32.store' : size === 2 ? 'i32.store16' : 'i32.store8', f.add(to, at), value);
    });
  },
};

const scatterPart: Subroutine = {
  name: 'scatterPart', params: ['i32', 'i64', 'i32', 'i32'], results: [],
  build: (f, call) => {
    const [host, phys, from, length] = f.parameters;
    f.if(host, () => {
      f.memoryCopy(host, from, length);
      f.return();
    });
    f.if(isBeyondBus(f, phys), () => f.return());
    eachDeviceAccess(f, length, (at, size) => {
      const value = f.load(size === 4 ? 'i32.load' : size === 2 ? 'i32.load16_u' : 'i32.load8_u', f.add(from, at));
      f.perform(call(mmioWrite), f.add(f.wrap(phys), at), f.i32(size), value);
    });
  },
};

/** Splits a device access: 4, 8 or 16 bytes into dwords, 2 into one word, others into bytes. */
const eachDeviceAccess = (f: FunctionBuilder, length: Expression, access: (at: Expression, size: 1 | 2 | 4) => void): void => {
  const at = f.local('i32');
  const every = (size: 1 | 2 | 4): void => f.loop((next) => {
    access(at, size);
    f.set(at, f.add(at, f.i32(size)));
    f.brIf(next, f.ltU(at, length));
  });
  f.if(f.eqz(f.and(length, f.i32(3))), () => every(4), () => f.if(f.eq(length, f.i32(2)), () => every(2), () => every(1)));
};

/**
 * The slow path of every access: (linear address, size | access bits) -> where in this memory the bytes can be loaded or stored, or 0 after leaving a fault
 * in the state. An address below BOUNCE_END has to be followed by `commitSlow` once the store is done.
 */
export const accessSlow: Subroutine = {
  name: 'accessSlow', params: ['i64', 'i32'], results: ['i32'],
  build: (f, call) => {
    const [linear, how] = f.parameters;
    const size = f.let(f.and(how, f.i32(0xff)));
    const last = f.let(f.add(linear, f.extendU(f.sub(size, f.i32(1)))));
    f.if(f.and(has(f, how, accessBit.write), f.eqz(has(f, how, accessBit.rest))), () => {
      // data beside decoded code: found without a page walk
      const set = f.select(has(f, how, accessBit.system), f.i32(TLB_BASE + tlbSet.supervisor * TLB_SET_BYTES), loadField(f, 'tlb'));
      const at = f.let(f.add(set, f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES))));
      f.if(f.eq(f.load('i64.load', at, TLB_WRITE_HALF), f.or(f.and(last, f.i64(~0xfffn)), f.i64(TLB_HOLDS_CODE))), () => {
        const known = f.let(f.add(f.wrap(linear), f.load('i32.load', at, TLB_WRITE_HALF + 8)));
        f.if(has(f, attributesAt(f, known), pageAttribute.code), () => {
          f.perform(call(storeToCode), known, size);
          f.return(known);
        });
      });
    });
    const top = (address: Expression): Expression => f.shrS(address, 47);
    const canonical = (address: Expression): Expression => f.eq(top(address), f.shrS(f.shl(address, 16), 63));
    f.if(f.eqz(f.and(canonical(linear), canonical(last))), () => {
      f.if(has(f, how, accessBit.stack), () => raise(f, vector.ss, f.i32(0)), () => raise(f, vector.gp, f.i32(0)));
      f.return(f.i32(FAULT));
    });
    const user = f.let(f.and(f.eq(loadField(f, 'cpl'), f.i32(3)), f.eqz(f.and(how, f.i32(accessBit.system)))));
    f.if(f.eq(loadField(f, 'tlb'), f.i32(TLB_BASE + tlbSet.unfilled * TLB_SET_BYTES)), () => {
      const checked = f.and(f.and(user, has(f, loadField(f, 'flags'), flag.ac)), has(f, f.wrap(loadField(f, 'cr0')), cr0.am));
      f.if(checked, () => f.if(has(f, f.and(f.wrap(linear), f.sub(size, f.i32(1))), 0xf), () => {
        raise(f, vector.ac, f.i32(0));
        f.return(f.i32(FAULT));
      }));
      f.if(f.eqz(f.and(how, f.i32(accessBit.system))), () => f.perform(call(watchAccess), linear, size, has(f, how, accessBit.write)));
    });
    const inPage = f.let(f.and(f.wrap(linear), f.i32(0xfff)));
    const first = f.let(f.sub(f.i32(0x1000), inPage));
    const read = f.let(f.or(f.eqz(f.and(how, f.i32(accessBit.write))), has(f, how, accessBit.modify)));
    const host = f.local('i32');
    f.set(host, f.call(call(translatePage), linear, how, f.i32(0)));
    f.if(f.eq(host, f.i32(FAULT)), () => f.return(f.i32(FAULT)));
    f.if(f.leU(size, first), () => {
      f.if(f.ne(host, f.i32(DEVICE)), () => f.return(host));
      f.if(has(f, how, accessBit.first), () => f.return(f.i32(0)));
      storeField(f, 'slowHost', f.i32(0), 0);
      storeField(f, 'slowLength', size, 0);
      storeField(f, 'slowLength', f.i32(0), 1);
      f.if(read, () => f.perform(call(gatherPart), f.i32(0), loadField(f, 'slowPhys', 0), f.i32(BOUNCE_BASE), size));
      f.return(f.i32(BOUNCE_BASE));
    });
    // across two pages
    const second = f.local('i32');
    const next = f.let(f.add(linear, f.extendU(first)));
    f.set(second, f.call(call(translatePage), f.select(has(f, f.wrap(loadField(f, 'efer')), efer.lma), next, f.and(next, f.i64(0xffff_ffffn))), f.sub(how, first), f.i32(1)));
    f.if(f.eq(second, f.i32(FAULT)), () => f.return(f.i32(FAULT)));
    f.if(f.and(has(f, how, accessBit.first), f.or(f.eq(host, f.i32(DEVICE)), f.eq(second, f.i32(DEVICE)))), () => f.return(f.i32(0)));
    f.if(f.eq(host, f.i32(DEVICE)), () => f.set(host, f.i32(0)));
    f.if(f.eq(second, f.i32(DEVICE)), () => f.set(second, f.i32(0)));
    storeField(f, 'slowHost', host, 0);
    storeField(f, 'slowHost', second, 1);
    storeField(f, 'slowLength', first, 0);
    storeField(f, 'slowLength', f.sub(size, first), 1);
    f.if(read, () => {
      f.perform(call(gatherPart), host, loadField(f, 'slowPhys', 0), f.i32(BOUNCE_BASE), first);
      f.perform(call(gatherPart), second, loadField(f, 'slowPhys', 1), f.add(f.i32(BOUNCE_BASE), first), f.sub(size, first));
    });
    f.return(f.i32(BOUNCE_BASE));
  },
};

/** Carries out the store that went to the bounce buffer. */
export const commitSlow: Subroutine = {
  name: 'commitSlow', params: [], results: [],
  build: (f, call) => {
    const first = f.let(loadField(f, 'slowLength', 0));
    f.perform(call(scatterPart), loadField(f, 'slowHost', 0), loadField(f, 'slowPhys', 0), f.i32(BOUNCE_BASE), first);
    f.if(loadField(f, 'slowLength', 1), () => {
      f.perform(call(scatterPart), loadField(f, 'slowHost', 1), loadField(f, 'slowPhys', 1), f.add(f.i32(BOUNCE_BASE), first), loadField(f, 'slowLength', 1));
    });
  },
};

const eachEntry = (f: FunctionBuilder, from: number, to: number, body: (at: Expression) => void): void => {
  const at = f.local('i32');
  f.set(at, f.i32(from));
  f.loop((next) => {
    body(at);
    f.set(at, f.add(at, f.i32(TLB_ENTRY_BYTES)));
    f.brIf(next, f.ltU(at, f.i32(to)));
  });
};

const CODE_TLB_END = CODE_TLB_BASE + CODE_TLB_ENTRIES * TLB_ENTRY_BYTES;
const emptyJumpCache = (f: FunctionBuilder): void => f.memoryFill(f.i32(JUMP_CACHE_BASE), f.i32(0xff), f.i32(JUMP_CACHE_ENTRIES * JUMP_CACHE_ENTRY_BYTES));

/** Empties the TLBs; global pages stay unless the parameter is 1. */
export const flushTlb: Subroutine = {
  name: 'flushTlb', params: ['i32'], results: [],
  build: (f) => {
    emptyJumpCache(f);
    const logged = f.let(loadField(f, 'tlbLogged'));
    storeField(f, 'tlbLogged', f.i32(0));
    f.if(f.params[0]!, () => {
      f.memoryFill(f.i32(CODE_TLB_BASE), f.i32(0xff), f.i32(CODE_TLB_END - CODE_TLB_BASE));
      f.memoryFill(f.i32(TLB_BASE), f.i32(0xff), f.i32(TLB_SETS * TLB_SET_BYTES));
      storeField(f, 'largePageMask', f.i64(0));
      f.return();
    });
    const drop = (at: Expression): void => f.if(f.eqz(f.load('i32.load', at, 12)), () => f.store('i64.store', at, f.i64(-1)));
    f.if(f.gtU(logged, f.i32(TLB_LOG_ENTRIES)), () => {
      eachEntry(f, TLB_BASE, TLB_BASE + tlbSet.unfilled * TLB_SET_BYTES, drop);
      eachEntry(f, CODE_TLB_BASE, CODE_TLB_END, drop);
    }, () => {
      const left = f.local('i32');
      f.set(left, logged);
      f.block((done) => f.loop((next) => {
        f.brIf(done, f.eqz(left));
        f.set(left, f.sub(left, f.i32(1)));
        drop(f.let(f.load('i32.load', f.shl(left, 2), TLB_LOG_BASE)));
        f.br(next);
      }));
    });
  },
};

/** INVLPG: forgets one linear address in every address space. */
export const flushTlbPage: Subroutine = {
  name: 'flushTlbPage', params: ['i64'], results: [],
  build: (f, call) => {
    const linear = f.params[0]!;
    const mask = f.let(loadField(f, 'largePageMask'));
    f.if(f.and(f.ne(mask, f.i64(0)), f.eq(f.and(linear, mask), loadField(f, 'largePageBase'))), () => {
      f.perform(call(flushTlb), f.i32(1));
      f.return();
    });
    const index = f.let(f.and(f.wrap(f.shrU(linear, 8)), f.i32((TLB_ENTRIES - 1) * TLB_ENTRY_BYTES)));
    for (let set = 0; set < tlbSet.unfilled; set++) {
      for (const half of [0, TLB_WRITE_HALF]) f.store('i64.store', index, f.i64(-1), TLB_BASE + set * TLB_SET_BYTES + half);
    }
    const code = f.let(f.and(f.wrap(f.shrU(linear, 8)), f.i32((CODE_TLB_ENTRIES - 1) * TLB_ENTRY_BYTES)));
    for (const slot of [0, CODE_TLB_SLOT]) f.store('i64.store', f.xor(code, f.i32(slot)), f.i64(-1), CODE_TLB_BASE);
    emptyJumpCache(f);
  },
};

/** A page (address in this memory) now holds decoded code: later writes to it have to take the slow path. */
export const forgetWritable: Subroutine = {
  name: 'forgetWritable', params: ['i32'], results: [],
  build: (f) => {
    for (let set = 0; set < tlbSet.unfilled; set++) {
      const from = TLB_BASE + set * TLB_SET_BYTES + TLB_WRITE_HALF;
      eachEntry(f, from, from + TLB_WRITE_HALF, (at) => {
        const host = f.add(f.wrap(f.load('i64.load', at)), f.load('i32.load', at, 8));
        f.if(f.eq(host, f.params[0]!), () => f.store('i64.store', at, f.i64(-1)));
      });
    }
  },
};
