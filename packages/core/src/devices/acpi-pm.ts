/**
 * ACPI power management of the 82371AB (PIIX4, function 3): PM1 events and control, the PM timer, GPE0, the APM ports.
 *
 * Reference: Intel 82371AB datasheet 290562-001, chapter 7; ACPI 6.5, 4.8 (fixed hardware).
 *
 * Software finds the registers through PMBA and PMREGMISC. `pmBase` presets them, for boots without firmware that would; 0
 * leaves them as after a reset of the real chip. SLP_TYP 0 is soft off (S5), as the datasheet's "soft off".
 *
 * There is no system management mode: APMC_EN in DEVACTB reads as set after a reset, which tells firmware that its SMI handler is
 * in place already, and the value that FADT gives as ACPI_ENABLE (0xf1) or ACPI_DISABLE (0xf0) acts at once.
 * Missing: suspend states other than S5 (SLP_EN is reported to the host and nothing sleeps), the SMBus controller, device monitors, C2 and C3.
 */
import { time, u16, u8 } from '../struct/fields.ts';
import { defineDevice } from './device.ts';

/** 14.318181… MHz / 4 = 315/88 MHz. */
const TIMER_TICKS_PER_88_US = 315;

export const ACPI_ENABLE = 0xf1;
export const ACPI_DISABLE = 0xf0;

/** Offsets from PMBA; all but the timer are 16 bits wide. */
const PM = { status: 0x00, enable: 0x02, control: 0x04, timer: 0x08, gpeStatus: 0x0c, gpeEnable: 0x0e } as const;

const STATUS = { timer: 1 << 0, global: 1 << 5, powerButton: 1 << 8, rtc: 1 << 10, resume: 1 << 15 } as const;
const STATUS_BITS = STATUS.timer | STATUS.global | STATUS.powerButton | STATUS.rtc | STATUS.resume;
const ENABLE_BITS = STATUS.timer | STATUS.global | STATUS.powerButton | STATUS.rtc;
const SCI_EN = 1 << 0;
const CONTROL_BITS = 0x1c03;
const SLP_EN_HIGH = 1 << 5;
const PM_IO_ENABLED = 1;

export const acpiPm = defineDevice({
  name: 'piix4-pm',
  version: 1,
  reference: 'Intel 82371AB datasheet 290562-001, chapter 7; ACPI 6.5, 4.8',
  options: { pmBase: 0x600, timerBits: 24 as 24 | 32 },
  host: {
    /** The guest set SLP_EN: 0 is soft off. */
    sleep: (_type: number): void => {},
    /** A write to the APM control port while APMC_EN is set. */
    smi: (_command: number): void => {},
  },
  lines: ['sci'],
  timers: ['overflow'],
  ports: { pm: [undefined, 0x40, 4], apm: [0xb2, 2] },
  pci: {
    vendorId: 0x8086,
    deviceId: 0x7113,
    revision: 3,
    classCode: 0x06_8000,
    interruptPin: 1,
    command: { reset: 0, writable: 0x0001 },
    status: 0x0280,
    registers: {
      PMBA: { offset: 0x40, sizeBytes: 4, reset: 0x0000_0001, writable: 0x0000_ffc0 },
      CNTA: { offset: 0x44, sizeBytes: 4, writable: 0xffff_ffff },
      CNTB: { offset: 0x48, sizeBytes: 4, writable: 0xffff_ffff },
      GPICTL: { offset: 0x4c, sizeBytes: 4, writable: 0xffff_ffff },
      DEVRESD: { offset: 0x50, sizeBytes: 4, writable: 0xffff_ffff },
      DEVACTA: { offset: 0x54, sizeBytes: 4, writable: 0xffff_ffff },
      DEVACTB: { offset: 0x58, sizeBytes: 4, reset: 0x0200_0000, writable: 0x07ff_ffff },
      DEVRESA: { offset: 0x5c, sizeBytes: 4, writable: 0xffff_ffff },
      DEVRESB: { offset: 0x60, sizeBytes: 4, writable: 0xffff_ffff },
      DEVRESC: { offset: 0x64, sizeBytes: 4, writable: 0xffff_ffff },
      PMREGMISC: { offset: 0x80, sizeBytes: 1, writable: 0x01 },
      SMBBA: { offset: 0x90, sizeBytes: 4, reset: 0x0000_0001, writable: 0x0000_fff0 },
      SMBHSTCFG: { offset: 0xd2, sizeBytes: 1, writable: 0x0f },
      SMBREV: { offset: 0xd6, sizeBytes: 1 },
    },
  },
  state: {
    status: u16(0),
    enable: u16(0),
    control: u16(0),
    gpeStatus: u16(0),
    gpeEnable: u16(0),
    /** Up to when TMROF_STS is worked out, in ticks. */
    timerSeen: time(),
    apmControl: u8(0),
    apmStatus: u8(0),
  },
  attach({ state, options, host, clock, lines, timers, claims, pci }) {
    const halfRange = options.timerBits === 32 ? 0x8000_0000 : 0x80_0000;
    const ticksAt = (ns: number): number => Math.floor((ns * TIMER_TICKS_PER_88_US) / 88_000);
    const nsOf = (ticks: number): number => Math.ceil((ticks * 88_000) / TIMER_TICKS_PER_88_US) + 1;

    /** TMROF_STS is set whenever the top bit of the timer changes (ACPI 4.8.3.3). */
    function settleTimer(): void {
      const ticks = ticksAt(clock.nowNs());
      if (Math.floor(ticks / halfRange) > Math.floor(state.timerSeen / halfRange)) state.status |= STATUS.timer;
      if (ticks > state.timerSeen) state.timerSeen = ticks;
    }

    function update(): void {
      const events = (state.status & state.enable & ENABLE_BITS) !== 0 || (state.gpeStatus & state.gpeEnable) !== 0;
      lines.sci.set((state.control & SCI_EN) !== 0 && events);
      const waits = (state.enable & STATUS.timer) !== 0 && (state.status & STATUS.timer) === 0;
      timers.overflow.scheduleAt(waits ? nsOf((Math.floor(state.timerSeen / halfRange) + 1) * halfRange) : Infinity);
    }

    function readDword(offset: number): number {
      settleTimer();
      switch (offset) {
        case PM.status: return ((state.enable << 16) | state.status) >>> 0;
        case PM.control: return state.control;
        case PM.timer: return state.timerSeen % (2 * halfRange);
        case PM.gpeStatus: return ((state.gpeEnable << 16) | state.gpeStatus) >>> 0;
        default: return 0;
      }
    }

    function writeByte(offset: number, value: number): void {
      const register = offset & ~1;
      const shift = 8 * (offset & 1);
      const bits = value << shift;
      const kept = 0xff00 >> shift;
      if (register === PM.status) state.status &= ~bits;
      else if (register === PM.enable) state.enable = ((state.enable & kept) | bits) & ENABLE_BITS;
      else if (register === PM.control) {
        // SLP_EN reads as zero.
        state.control = ((state.control & kept) | bits) & CONTROL_BITS;
        if (shift !== 0 && (value & SLP_EN_HIGH) !== 0) host.sleep((value >> 2) & 7);
      } else if (register === PM.gpeStatus) state.gpeStatus &= ~bits;
      else if (register === PM.gpeEnable) state.gpeEnable = (state.gpeEnable & kept) | bits;
    }

    function writeApmControl(value: number): void {
      state.apmControl = value;
      if (value === ACPI_ENABLE) state.control |= SCI_EN;
      else if (value === ACPI_DISABLE) state.control &= ~SCI_EN;
      if ((pci.get('DEVACTB') & 0x0200_0000) !== 0) host.smi(value);
      update();
    }

    function placeRegisters(): void {
      const base = pci.get('PMBA') & 0xffc0;
      claims.pm.moveTo(base !== 0 && (pci.get('PMREGMISC') & PM_IO_ENABLED) !== 0 ? base : undefined);
    }

    function raise(status: number): void {
      state.status |= status & STATUS_BITS;
      update();
    }

    return {
      ports: {
        pm: {
          read: (offset) => readDword(offset & ~3) >>> (8 * (offset & 3)),
          write(offset, value, size) {
            settleTimer();
            for (let index = 0; index < size; index++) writeByte(offset + index, (value >>> (8 * index)) & 0xff);
            update();
          },
        },
        apm: {
          read: (offset) => (offset === 0 ? state.apmControl : state.apmStatus),
          write(offset, value) {
            if (offset === 0) writeApmControl(value);
            else state.apmStatus = value;
          },
        },
      },
      timers: {
        overflow() {
          settleTimer();
          update();
        },
      },
      inputs: {
        pressPowerButton: (): void => raise(STATUS.powerButton),
        /** A general-purpose event 0..15. */
        raiseEvent(event: number): void {
          state.gpeStatus |= 1 << event;
          update();
        },
        /** A boot protocol without SMI_CMD: ACPI mode from the start. */
        enableAcpi(): void {
          state.control |= SCI_EN;
          update();
        },
      },
      configWritten(register) {
        if (register === 'PMBA' || register === 'PMREGMISC') placeRegisters();
      },
      reset() {
        state.timerSeen = ticksAt(clock.nowNs());
        if (options.pmBase === 0) return;
        pci.set('PMBA', options.pmBase | 1);
        pci.set('PMREGMISC', PM_IO_ENABLED);
      },
      resume() {
        placeRegisters();
        update();
      },
    };
  },
});
