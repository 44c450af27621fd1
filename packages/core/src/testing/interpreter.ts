/** A CPU without devices as an executor of conformance suites: the interpreter; or with it the translator, on the same thread. */
import { Cpu } from '../cpu/cpu.ts';
import { stateBytes } from '../cpu/state.ts';
import { PhysicalMemory } from '../memory/physical.ts';
import type { TranslationOptions } from '../cpu/translator/translator.ts';
import type { Executor } from './executor.ts';

export const createInterpreter = (ramBytes: number, translation?: TranslationOptions): Executor => {
  const memory = new PhysicalMemory(ramBytes);
  const allOnes = { read: (_at: number, size: 1 | 2 | 4): number => (size === 4 ? 0xffff_ffff : size === 2 ? 0xffff : 0xff), write: () => undefined };
  let offered: number | undefined;
  const cpu = new Cpu({
    memory, ports: allOnes, clock: { nowNs: () => cpu.instructionsRetired }, tscHz: 1e9, random: () => 0x1234_5678, translation,
    interrupts: {
      pending: () => offered !== undefined,
      acknowledge: () => {
        const vector = offered ?? -1;
        offered = undefined;
        return vector;
      },
    },
    apic: { readBaseMsr: () => 0xfee0_0900n, writeBaseMsr: () => true, readTpr: () => 0, writeTpr: () => undefined, readMsr: () => undefined, writeMsr: () => false },
  });
  let lastCr3 = -1n;
  let lastStep: Executor['lastStep'] = 'tier';
  /** One instruction as part of a region: the jump that follows finds the budget spent. */
  const stepTranslated = (): void => {
    lastStep = 'interpreted';
    if (!cpu.translateHere()) {
      cpu.step();
      return;
    }
    const before = cpu.statistics.translation!;
    cpu.run(1);
    const { instructionsInRegions, returns } = cpu.statistics.translation!;
    if (instructionsInRegions > before.instructionsInRegions || returns.fault > before.returns.fault) lastStep = 'tier';
    else if (returns.interpret > before.returns.interpret) lastStep = 'left';
  };
  return {
    get lastStep() { return lastStep; },
    name: translation ? 'tier1' : 'tier0', memory, state: cpu.state,
    load: (block) => {
      // a triple fault before lasts until INIT
      if (cpu.run(0) === 'shutdown') cpu.init();
      // what the CPU derives for itself, and the counters of its run, are not registers
      const kept = cpu.state.get('mode');
      cpu.state.u8.set(block);
      cpu.state.set('mode', kept);
      cpu.state.set64('a20Mask', memory.a20 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffff_ffef_ffffn);
      for (const counter of ['instruction', 'runStart', 'budget', 'faultVector', 'stackGuard', 'halted', 'interruptShadow', 'stepping'] as const) cpu.state.set(counter, 0);
      const cr3 = cpu.state.get64('cr3');
      if (cr3 !== lastCr3) {
        cpu.flushTlb(true);
        lastCr3 = cr3;
      }
      cpu.stateChanged();
    },
    save: () => {
      cpu.state.settleFlags();
      return cpu.state.u8.slice(0, stateBytes);
    },
    step: translation ? stepTranslated : () => cpu.step(),
    run: (maxInstructions) => {
      if (translation) cpu.translateHere();
      // a run may end early, when something has asked to be looked at
      const last = cpu.instructionsRetired + maxInstructions;
      for (let runs = 0; runs < maxInstructions && cpu.instructionsRetired < last; runs++) if (cpu.run(last - cpu.instructionsRetired) !== 'budget') return;
    },
    offerInterrupt: (vector) => {
      offered = vector;
      cpu.interruptLineChanged();
    },
  };
};
