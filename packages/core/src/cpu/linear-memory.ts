/** Guest memory by linear address, for microcode: the generated MMU, called from TypeScript. */
import { BOUNCE_END } from '../memory/layout.ts';
import { accessBit } from '../memory/mmu.ts';
import { GuestFault, pushesErrorCode, vector } from './fault.ts';
import type { Interpreter } from './interpreter/instantiate.ts';
import type { LinearMemory } from './microcode/core.ts';
import type { CpuState } from './state.ts';

type AccessBytes = 1 | 2 | 4 | 8;

export class TranslatedMemory implements LinearMemory {
  readonly #view: DataView;
  readonly #state: CpuState;
  readonly #mmu: Interpreter;

  constructor(memory: WebAssembly.Memory, state: CpuState, mmu: Interpreter) {
    this.#view = new DataView(memory.buffer);
    this.#state = state;
    this.#mmu = mmu;
  }

  read(linear: bigint, size: AccessBytes): bigint { return this.#load(this.#reach(linear, size), size); }
  write(linear: bigint, size: AccessBytes, value: bigint): void { this.#store(this.#reach(linear, size | accessBit.write), size, value); }
  probeWrite(linear: bigint, size: number): void { this.#reach(linear, size | accessBit.write); }
  readSystem(linear: bigint, size: AccessBytes): bigint { return this.#load(this.#reach(linear, size | accessBit.system), size); }
  writeSystem(linear: bigint, size: AccessBytes, value: bigint): void { this.#store(this.#reach(linear, size | accessBit.write | accessBit.system), size, value); }
  probeWriteSystem(linear: bigint, size: number): void { this.#reach(linear, size | accessBit.write | accessBit.system); }

  /** Where the bytes are in the machine's memory; the bounce buffer when they have to be committed. */
  #reach(linear: bigint, how: number): number {
    const at = BigInt.asIntN(64, linear);
    const host = (how & accessBit.system ? this.#mmu.accessSlow(at, how) : this.#mmu.reach(at, how)) >>> 0;
    if (host) return host;
    const state = this.#state;
    const number = state.get('faultVector') - 1;
    state.set('faultVector', 0);
    throw new GuestFault(number, pushesErrorCode(number) ? state.get('faultErrorCode') : undefined, number === vector.pf ? state.get64('cr2') : undefined);
  }

  #load(host: number, size: AccessBytes): bigint {
    const view = this.#view;
    if (size === 8) return view.getBigUint64(host, true);
    return BigInt(size === 4 ? view.getUint32(host, true) : size === 2 ? view.getUint16(host, true) : view.getUint8(host));
  }

  #store(host: number, size: AccessBytes, value: bigint): void {
    const view = this.#view;
    if (size === 8) view.setBigUint64(host, value, true);
    else {
      const low = Number(value & 0xffff_ffffn);
      if (size === 4) view.setUint32(host, low, true);
      else if (size === 2) view.setUint16(host, low, true);
      else view.setUint8(host, low);
    }
    if (host < BOUNCE_END) this.#mmu.commitSlow();
  }
}
