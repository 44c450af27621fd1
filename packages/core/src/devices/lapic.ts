/**
 * The local APIC of one CPU: xAPIC registers in memory, x2APIC registers as MSRs, the timer, and the interrupts that the CPU takes.
 *
 * Reference: SDM vol. 3A, chapter 11 (APIC), in particular 11.4.1 (registers), 11.5.1 (LVT), 11.5.3 (errors), 11.5.4 (timer),
 * 11.6 (IPIs), 11.8 (handling), 11.12 (x2APIC). Register names are those of table 11-1.
 *
 * The CPU asks `pending` and `acknowledge`; both see the 8259A through LINT0 as well (ExtINT, "virtual wire", MultiProcessor
 * Specification 1.4, 3.6.2.2). After a hardware reset LINT0 and LINT1 are set up so that firmware-less boots work, as QEMU and KVM
 * do; `virtualWire: false` gives the masked reset values of the SDM.
 *
 * Switching the APIC off keeps its registers (the SDM says they may be lost).
 * Missing: CMCI, directed EOI, arbitration register (reads zero), SMI delivery beyond the host hook, focus processor.
 */
import { BROADCAST, DELIVERY } from '../bus/apic-bus.ts';
import { array, bool, ranged, u32, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import { defineDevice } from './device.ts';
import {
  BASE_BSP, BASE_EN, BASE_EXTD, ERROR, IA32_TSC_DEADLINE, ICR_ASSERT, ICR_LEVEL, ICR_LOGICAL, ICR_LOW_WRITABLE, LVT, LVT_COUNT, LVT_FIRST, LVT_LEVEL,
  LVT_MASKED, LVT_REMOTE_IRR, LVT_WRITABLE, REG, SVR_ENABLED, SVR_WRITABLE, VERSION, X2APIC_FIRST, X2APIC_LAST, X2APIC_READABLE, X2APIC_RESERVED,
} from './lapic-registers.ts';
import { VectorSet } from './lapic-vectors.ts';
import { ApicTimer, TIMER } from './lapic-timer.ts';

export const lapic = defineDevice({
  name: 'lapic',
  version: 1,
  reference: 'Intel SDM vol. 3A, chapter 11',
  options: {
    id: 0,
    bootstrap: true,
    virtualWire: true,
    /** Rate of the timer before its divider. */
    timerHz: 1e9,
    /** MAXPHYADDR of CPUID 0x80000008: bits above are reserved in IA32_APIC_BASE. */
    physicalAddressBits: 40,
  },
  host: {
    /** Puts a message on the APIC bus. */
    send: (_destination: number, _logical: boolean, _deliveryMode: number, _vector: number, _levelTriggered: boolean): boolean => false,
    sendToOthers: (_deliveryMode: number, _vector: number, _levelTriggered: boolean): void => {},
    broadcastEndOfInterrupt: (_vector: number): void => {},
    /** `pending` may have changed. */
    pendingChanged: (): void => {},
    /** The INTA cycle of the 8259A behind LINT0. */
    acknowledgeExternal: (): number => 0,
    nmi: (): void => {},
    smi: (): void => {},
    init: (): void => {},
    startUp: (_vector: number): void => {},
    /** When the time-stamp counter reaches a value, in ns of the clock. */
    tscToNs: (tsc: bigint): number => Number(tsc),
  },
  timers: ['count'],
  mmio: { registers: [0xfee0_0000, 0x1000, 4] },
  state: {
    enabled: bool(true),
    x2apic: bool(false),
    basePage: ranged(0xfee00, 0, 2 ** 40 - 1),
    id: u32(0),
    tpr: u8(0),
    ldr: u32(0),
    dfr: u32(0xffff_ffff),
    svr: u32(0xff),
    isr: array(8, u32(0)),
    tmr: array(8, u32(0)),
    irr: array(8, u32(0)),
    /** Errors that software sees, and those since its last write to ESR. */
    esr: u8(0),
    errors: u8(0),
    icrLow: u32(0),
    icrHigh: u32(0),
    lvt: array(LVT_COUNT, u32(LVT_MASKED)),
    timer: struct(TIMER),
    lint0: bool(false),
    lint1: bool(false),
    /** An ExtINT message from an I/O APIC. */
    externalMessage: bool(false),
  },
  attach({ state, options, host, clock, timers, claims }) {
    const isr = new VectorSet(state.isr);
    const tmr = new VectorSet(state.tmr);
    const irr = new VectorSet(state.irr);
    const timer = new ApicTimer(state.timer, {
      nowNs: () => clock.nowNs(),
      timer: timers.count,
      hz: options.timerHz,
      tscToNs: (tsc) => host.tscToNs(tsc),
      entry: () => state.lvt[LVT.timer],
      deliver: () => deliverLocal(LVT.timer),
    });
    /** What `pending` answers; derived by `update`. */
    let deliverable = false;

    const softwareEnabled = (): boolean => (state.svr & SVR_ENABLED) !== 0;

    function processorPriority(): number {
      const inService = Math.max(0, isr.highest()) & 0xf0;
      return state.tpr >> 4 >= inService >> 4 ? state.tpr : inService;
    }

    /** The 8259A's request, seen through LINT0 or directly while the APIC is off. */
    function externalRequest(): boolean {
      if (!state.enabled) return state.lint0;
      const lint0 = state.lvt[LVT.lint0];
      const throughLint0 = state.lint0 && (lint0 & LVT_MASKED) === 0 && ((lint0 >> 8) & 7) === DELIVERY.extInt;
      return throughLint0 || state.externalMessage;
    }

    /** The fixed interrupt that may be delivered now, or -1. */
    function fixedRequest(): number {
      const vector = irr.highest();
      return state.enabled && vector >= 16 && vector >> 4 > processorPriority() >> 4 ? vector : -1;
    }

    function update(): void {
      const before = deliverable;
      deliverable = externalRequest() || fixedRequest() >= 0;
      if (deliverable !== before) host.pendingChanged();
    }

    function acknowledge(): number {
      if (externalRequest()) {
        state.externalMessage = false;
        const vector = host.acknowledgeExternal();
        update();
        return vector;
      }
      const vector = fixedRequest();
      if (vector < 0) return state.svr & 0xff;
      irr.remove(vector);
      isr.add(vector);
      update();
      return vector;
    }

    function raiseError(error: number): void {
      state.errors |= error;
      // An entry with an illegal vector is an error of its own, and tells nobody.
      if ((state.lvt[LVT.error] & 0xff) >= 16) deliverLocal(LVT.error);
      else if ((state.lvt[LVT.error] & LVT_MASKED) === 0) state.errors |= ERROR.receiveIllegalVector;
    }

    function acceptFixed(vector: number, levelTriggered: boolean): boolean {
      if (!state.enabled || !softwareEnabled()) return false;
      if (vector < 16) {
        raiseError(ERROR.receiveIllegalVector);
        return false;
      }
      irr.add(vector);
      if (levelTriggered) tmr.add(vector);
      else tmr.remove(vector);
      update();
      return true;
    }

    /** A message from the bus, or from this APIC to itself. */
    function accept(deliveryMode: number, vector: number, levelTriggered: boolean): boolean {
      switch (deliveryMode) {
        case DELIVERY.fixed:
        case DELIVERY.lowestPriority:
          return acceptFixed(vector, levelTriggered);
        case DELIVERY.smi:
          host.smi();
          return true;
        case DELIVERY.nmi:
          host.nmi();
          return true;
        case DELIVERY.init:
          resetRegisters(true);
          host.init();
          return true;
        case DELIVERY.startUp:
          host.startUp(vector);
          return true;
        case DELIVERY.extInt:
          state.externalMessage = true;
          update();
          return true;
        default:
          return false;
      }
    }

    /** An interrupt of a local source through its vector table entry. */
    function deliverLocal(entry: number): void {
      const value = state.lvt[entry];
      if ((value & LVT_MASKED) !== 0 || !state.enabled) return;
      const isPin = entry === LVT.lint0 || entry === LVT.lint1;
      const mode = entry === LVT.timer || entry === LVT.error ? DELIVERY.fixed : (value >> 8) & 7;
      const level = isPin && mode === DELIVERY.fixed && (value & LVT_LEVEL) !== 0;
      if (level) {
        if ((value & LVT_REMOTE_IRR) !== 0) return;
        if (acceptFixed(value & 0xff, true)) state.lvt[entry] = (value | LVT_REMOTE_IRR) >>> 0;
      } else if (mode !== DELIVERY.extInt) accept(mode, value & 0xff, false);
    }

    function setPin(entry: typeof LVT.lint0 | typeof LVT.lint1, asserted: boolean): void {
      const before = entry === LVT.lint0 ? state.lint0 : state.lint1;
      if (entry === LVT.lint0) state.lint0 = asserted;
      else state.lint1 = asserted;
      if (asserted && !before) {
        if (state.enabled) deliverLocal(entry);
        else if (entry === LVT.lint1) host.nmi();
      }
      update();
    }

    function endOfInterrupt(): void {
      const vector = isr.highest();
      if (vector < 0) return;
      isr.remove(vector);
      if (tmr.has(vector)) {
        host.broadcastEndOfInterrupt(vector);
        for (const entry of [LVT.lint0, LVT.lint1]) {
          if ((state.lvt[entry] & 0xff) !== vector || (state.lvt[entry] & LVT_REMOTE_IRR) === 0) continue;
          state.lvt[entry] = (state.lvt[entry] & ~LVT_REMOTE_IRR) >>> 0;
          if (entry === LVT.lint0 ? state.lint0 : state.lint1) deliverLocal(entry);
        }
      }
      update();
    }

    // Interprocessor interrupts.

    function sendIpi(): void {
      const low = state.icrLow;
      const vector = low & 0xff;
      const mode = (low >> 8) & 7;
      const levelTriggered = (low & ICR_LEVEL) !== 0;
      // INIT level de-assert synchronises arbitration IDs and is otherwise ignored (SDM 11.6.1).
      if (mode === DELIVERY.init && levelTriggered && (low & ICR_ASSERT) === 0) return;
      if (vector < 16 && (mode === DELIVERY.fixed || mode === DELIVERY.lowestPriority)) {
        raiseError(ERROR.sendIllegalVector);
        return;
      }
      // IPIs of fixed mode are edge triggered whatever the trigger bit says.
      switch ((low >> 18) & 3) {
        case 0: {
          const destination = state.x2apic ? state.icrHigh : state.icrHigh >>> 24;
          const isBroadcast = destination === (state.x2apic ? 0xffff_ffff : 0xff);
          host.send(isBroadcast ? BROADCAST : destination, (low & ICR_LOGICAL) !== 0, mode, vector, false);
          break;
        }
        case 1:
          accept(mode, vector, false);
          break;
        case 2:
          host.send(BROADCAST, false, mode, vector, false);
          break;
        default:
          host.sendToOthers(mode, vector, false);
      }
    }

    /** SDM 11.6.2: physical IDs, the flat and cluster models of the xAPIC, the cluster model of the x2APIC. */
    function isAddressed(destination: number, logical: boolean): boolean {
      if (!state.enabled) return false;
      if (!logical) return destination === (state.x2apic ? state.id : state.id >>> 24);
      if (state.x2apic) {
        const ldr = x2apicLdr();
        return destination >>> 16 === ldr >>> 16 && (destination & ldr & 0xffff) !== 0;
      }
      const ldr = state.ldr >>> 24;
      if (state.dfr >>> 28 === 0xf) return (destination & ldr) !== 0;
      return (destination >> 4 === ldr >> 4 || destination >> 4 === 0xf) && (destination & ldr & 0xf) !== 0;
    }

    const x2apicLdr = (): number => (((state.id >>> 4) << 16) | (1 << (state.id & 0xf))) >>> 0;

    function writeLvt(entry: number, value: number): void {
      const forced = softwareEnabled() ? 0 : LVT_MASKED;
      const remoteIrr = state.lvt[entry] & LVT_REMOTE_IRR;
      const next = ((value & LVT_WRITABLE[entry]) | forced | remoteIrr) >>> 0;
      if (entry === LVT.timer) timer.changeEntry(() => void (state.lvt[entry] = next));
      else state.lvt[entry] = next;
      update();
    }

    // Registers, by offset in the page.

    function read(register: number): number {
      if (register >= REG.isr && register < REG.esr) {
        const set = register < REG.tmr ? state.isr : register < REG.irr ? state.tmr : state.irr;
        return set[(register >> 4) & 7];
      }
      if (register >= LVT_FIRST && register < LVT_FIRST + 0x10 * LVT_COUNT) return state.lvt[(register - LVT_FIRST) >> 4];
      switch (register) {
        case REG.id: return state.id;
        case REG.version: return VERSION;
        case REG.tpr: return state.tpr;
        case REG.apr: case REG.rrd: return 0;
        case REG.ppr: return processorPriority();
        case REG.eoi: return 0;
        case REG.ldr: return state.x2apic ? x2apicLdr() : state.ldr;
        case REG.dfr: return state.dfr;
        case REG.svr: return state.svr;
        case REG.esr: return state.esr;
        case REG.icrLow: return state.icrLow;
        case REG.icrHigh: return state.icrHigh;
        case REG.initialCount: return timer.initialCount;
        case REG.currentCount: return timer.currentCount();
        case REG.divide: return timer.divide;
        default:
          raiseError(ERROR.illegalRegister);
          return 0;
      }
    }

    function write(register: number, value: number): void {
      if (register >= LVT_FIRST && register < LVT_FIRST + 0x10 * LVT_COUNT) {
        writeLvt((register - LVT_FIRST) >> 4, value);
        return;
      }
      switch (register) {
        case REG.id:
          state.id = (value & 0xff00_0000) >>> 0;
          break;
        case REG.tpr:
          writeTaskPriority(value & 0xff);
          break;
        case REG.eoi:
          endOfInterrupt();
          break;
        case REG.ldr:
          state.ldr = (value & 0xff00_0000) >>> 0;
          break;
        case REG.dfr:
          state.dfr = (value | 0x0fff_ffff) >>> 0;
          break;
        case REG.svr:
          writeSpurious(value);
          break;
        case REG.esr:
          state.esr = state.errors;
          state.errors = 0;
          break;
        case REG.icrLow:
          state.icrLow = value & ICR_LOW_WRITABLE;
          sendIpi();
          break;
        case REG.icrHigh:
          state.icrHigh = state.x2apic ? value : (value & 0xff00_0000) >>> 0;
          break;
        case REG.initialCount:
          timer.writeInitialCount(value);
          break;
        case REG.divide:
          timer.writeDivide(value);
          break;
        case REG.version: case REG.apr: case REG.ppr: case REG.rrd: case REG.currentCount:
          break;
        default:
          if (register < REG.isr || register >= REG.esr) raiseError(ERROR.illegalRegister);
      }
    }

    function writeTaskPriority(value: number): void {
      state.tpr = value;
      update();
    }

    function writeSpurious(value: number): void {
      state.svr = value & SVR_WRITABLE;
      if (!softwareEnabled()) for (let entry = 0; entry < LVT_COUNT; entry++) state.lvt[entry] = (state.lvt[entry] | LVT_MASKED) >>> 0;
      update();
    }

    // x2APIC and the other MSRs.

    function readMsr(index: number): bigint | undefined {
      if (index === IA32_TSC_DEADLINE) return timer.tscDeadline;
      if (!state.enabled || !state.x2apic || index < X2APIC_FIRST || index > X2APIC_LAST) return undefined;
      const register = (index - X2APIC_FIRST) << 4;
      if (register === REG.icrLow) return (BigInt(state.icrHigh) << 32n) | BigInt(state.icrLow);
      return X2APIC_READABLE.has(register) ? BigInt(read(register)) : undefined;
    }

    function writeMsr(index: number, value: bigint): boolean {
      if (index === IA32_TSC_DEADLINE) {
        timer.writeTscDeadline(value);
        return true;
      }
      if (!state.enabled || !state.x2apic || index < X2APIC_FIRST || index > X2APIC_LAST) return false;
      const register = (index - X2APIC_FIRST) << 4;
      if (register === REG.icrLow) {
        state.icrHigh = Number(value >> 32n);
        write(REG.icrLow, Number(value & 0xffff_ffffn));
        return true;
      }
      const reserved = X2APIC_RESERVED.get(register);
      if (reserved === undefined || (value & reserved) !== 0n) return false;
      if (register === REG.selfIpi) {
        if (value < 16n) raiseError(ERROR.sendIllegalVector);
        else accept(DELIVERY.fixed, Number(value), false);
      } else write(register, Number(value));
      return true;
    }

    function readBaseMsr(): bigint {
      return (BigInt(state.basePage) << 12n) | (state.enabled ? BASE_EN : 0n) | (state.x2apic ? BASE_EXTD : 0n) | (options.bootstrap ? BASE_BSP : 0n);
    }

    /** SDM figure 11-27: which changes of mode are allowed. */
    function writeBaseMsr(value: bigint): boolean {
      const enable = (value & BASE_EN) !== 0n;
      const extended = (value & BASE_EXTD) !== 0n;
      const reserved = 0x2ffn | (-1n << BigInt(options.physicalAddressBits));
      if ((value & reserved) !== 0n || (extended && !enable)) return false;
      if (extended && !state.enabled) return false;
      if (enable && !extended && state.x2apic) return false;
      if (extended !== state.x2apic) state.id = extended ? options.id : ((options.id & 0xff) << 24) >>> 0;
      state.enabled = enable;
      state.x2apic = extended;
      state.basePage = Number((value & ((1n << BigInt(options.physicalAddressBits)) - 1n)) >> 12n);
      placeRegisters();
      update();
      return true;
    }

    function placeRegisters(): void {
      claims.registers.moveTo(state.enabled && !state.x2apic ? state.basePage * 0x1000 : undefined);
    }

    /** SDM 11.4.7: after power-up; INIT keeps the ID, the base and the mode. */
    function resetRegisters(isInit: boolean): void {
      if (!isInit) state.id = ((options.id & 0xff) << 24) >>> 0;
      state.tpr = 0;
      state.ldr = 0;
      state.dfr = 0xffff_ffff;
      state.svr = 0xff;
      isr.clear();
      tmr.clear();
      irr.clear();
      state.esr = 0;
      state.errors = 0;
      state.icrLow = 0;
      state.icrHigh = 0;
      state.lvt.fill(LVT_MASKED);
      if (options.virtualWire && options.bootstrap) {
        state.lvt[LVT.lint0] = DELIVERY.extInt << 8;
        state.lvt[LVT.lint1] = DELIVERY.nmi << 8;
      }
      state.externalMessage = false;
      timer.reset();
      update();
    }

    return {
      mmio: {
        registers: {
          read(offset) {
            // The registers are 32 bits wide at 16-byte steps; narrower reads see a part (SDM 11.4.1 leaves them undefined).
            const value = (offset & 0xc) === 0 ? read(offset & 0xff0) : 0;
            return value >>> (8 * (offset & 3));
          },
          write(offset, value) {
            if ((offset & 0xf) === 0) write(offset, value);
          },
        },
      },
      timers: { count: () => timer.expire() },
      inputs: {
        lint0: (asserted: boolean): void => setPin(LVT.lint0, asserted),
        lint1: (asserted: boolean): void => setPin(LVT.lint1, asserted),
        // ApicAgent
        isAddressed,
        arbitrationPriority: processorPriority,
        accept,
        // InterruptSource
        pending: (): boolean => deliverable,
        acknowledge,
        // LocalApicPort
        readBaseMsr,
        writeBaseMsr,
        readTpr: (): number => state.tpr >> 4,
        writeTpr: (value: number): void => writeTaskPriority((value & 0xf) << 4),
        readMsr,
        writeMsr,
      },
      reset: () => resetRegisters(false),
      resume() {
        placeRegisters();
        timer.schedule();
        update();
      },
    };
  },
});
