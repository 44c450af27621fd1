/** A CPU without devices, as fuzzing needs it: memory of 1 MiB, ports that answer ones, and a clock that stands still or counts instructions. */
import { Cpu } from '../../packages/core/src/cpu/cpu.ts';
import type { RunExit } from '../../packages/core/src/cpu/cpu.ts';
import { offsetOf, stateBytes } from '../../packages/core/src/cpu/state.ts';
import { PhysicalMemory } from '../../packages/core/src/memory/physical.ts';
import { place } from './places.ts';
import { internalRanges } from './register-blocks.ts';
import type { Scenario } from './scenario.ts';

const internalBytes = internalRanges('flagsKind', 'flagsResult', 'flagsOperand');

export class Rig {
  readonly memory = new PhysicalMemory(0x10_0000);
  readonly cpu: Cpu;
  readonly #ram: Uint8Array;
  #start = 0;
  #batchesBefore = 0;

  /** @param counts does the clock follow retired instructions? */
  constructor(counts: boolean) {
    const cpu: Cpu = new Cpu({
      memory: this.memory,
      ports: { read: (_port, size) => (size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff), write: () => undefined },
      clock: { nowNs: () => (counts ? this.retired : 1000) },
      tscHz: 1e9,
      random: () => 0x1234_5678,
      interrupts: { pending: () => false, acknowledge: () => -1 },
      apic: { readBaseMsr: () => 0xfee0_0900n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
    });
    this.cpu = cpu;
    const host = this.memory.hostAddress(0);
    this.#ram = this.memory.bytes.subarray(host, host + place.end);
  }

  load(scenario: Scenario): void {
    const { cpu } = this;
    this.memory.setA20(true);
    cpu.reset();
    scenario.setUp(cpu.state);
    this.#batchesBefore += this.portBatches;
    this.#start = cpu.instructionsRetired;
    this.memory.write(0, scenario.memory);
    let at = place.code + scenario.lead;
    for (const chunk of scenario.chunks) {
      this.memory.write(at, chunk);
      at += chunk.length;
    }
    cpu.flushTlb(true);
    cpu.stateChanged();
  }

  /** Whether the CPU can go on, without letting it. */
  probe(): RunExit {
    return this.cpu.run(0);
  }

  registers(): Uint8Array {
    this.cpu.state.settleFlags();
    const block = this.cpu.state.u8.slice(0, stateBytes);
    for (const [from, to] of internalBytes) block.fill(0, from, to);
    // RF is cleared by the instruction that follows; a run does it only where it would be seen
    block[offsetOf.flags + 2]! &= ~1;
    return block;
  }

  /** Instructions since `load`. */
  get retired(): number {
    return this.cpu.instructionsRetired - this.#start;
  }

  /** Port string instructions since `load`: where a batch of a repeated one ends depends on the budget, and its end counts as an instruction. */
  get portBatches(): number {
    return ['microcode ins', 'microcode outs'].reduce((sum, name) => sum + (this.cpu.counters.get(name)?.count ?? 0), -this.#batchesBefore);
  }

  get ram(): Uint8Array {
    return this.#ram;
  }
}
