/**
 * The two cascaded 8259A interrupt controllers of a PC, with the PIIX3's edge/level control registers.
 *
 * Reference: Intel 8259A datasheet 231468-003; PIIX3 datasheet 290550-002 (interrupt controller registers, ELCR1 and ELCR2).
 *
 * Inputs follow the datasheet: an edge-triggered request that drops before it is acknowledged is withdrawn, and an
 * acknowledge that finds nothing gives the spurious vector of IR7. The PIIX3 ignores LTIM in ICW1; ELCR replaces it.
 * The slave drives IR2 of the master; requests 0..15 are numbered over both chips.
 *
 * Missing: MCS-80/85 mode (ICW4 bit 0 clear) and buffered mode: the bits are accepted and x86 cycles are used.
 */
import type { LineInput } from '../bus/line.ts';
import { array, bool, ranged, u8 } from '../struct/fields.ts';
import { struct } from '../struct/struct.ts';
import type { StateOf } from '../struct/struct.ts';
import { defineDevice } from './device.ts';

const ICW1 = 0x10;
const ICW1_IC4 = 0x01;
const ICW1_SNGL = 0x02;
const ICW4_AEOI = 0x02;
const ICW4_SFNM = 0x10;
const OCW3 = 0x08;
const OCW3_POLL = 0x04;
const CASCADE = 2;
/** Which inputs may be level triggered: not the timer, the keyboard, the cascade, the RTC and the coprocessor. */
const ELCR_MASK = [0xf8, 0xde] as const;

/** What the next write to the odd port is (8259A datasheet, figure 6). */
const EXPECT = { ocw1: 0, icw2: 1, icw3: 2, icw4: 3 } as const;

const CHIP = {
  irr: u8(0),
  isr: u8(0),
  imr: u8(0),
  /** Levels of the inputs, for edge detection. */
  inputs: u8(0),
  elcr: u8(0),
  vectorBase: u8(0),
  expect: ranged(EXPECT.ocw1, 0, 3),
  icw4Needed: bool(false),
  single: bool(false),
  autoEoi: bool(false),
  rotateOnAutoEoi: bool(false),
  specialMask: bool(false),
  specialFullyNested: bool(false),
  readIsr: bool(false),
  poll: bool(false),
  lowestPriority: ranged(7, 0, 7),
};
type Chip = StateOf<typeof CHIP>;

/** The number of the highest-priority bit in `bits`, counted from the top of the rotation: 8 for none. */
function priority(chip: Chip, bits: number): number {
  let level = 0;
  while (level < 8 && (bits & (1 << ((chip.lowestPriority + 1 + level) & 7))) === 0) level++;
  return level;
}

function fromTop(chip: Chip, level: number): number {
  return (chip.lowestPriority + 1 + level) & 7;
}

/** The request that would be acknowledged now, or -1. */
function requesting(chip: Chip, isMaster: boolean): number {
  const level = priority(chip, chip.irr & ~chip.imr);
  if (level === 8) return -1;
  let inService = chip.isr;
  if (chip.specialMask) inService &= ~chip.imr;
  if (chip.specialFullyNested && isMaster) inService &= ~(1 << CASCADE);
  return level < priority(chip, inService) ? fromTop(chip, level) : -1;
}

function acknowledgeRequest(chip: Chip, request: number): void {
  const bit = 1 << request;
  if ((chip.elcr & bit) === 0) chip.irr &= ~bit;
  if (!chip.autoEoi) chip.isr |= bit;
  else if (chip.rotateOnAutoEoi) chip.lowestPriority = request;
}

/** Start of initialization: 8259A datasheet, "Initialization Command Words 1 and 2", a to f. */
function initialize(chip: Chip, icw1: number): void {
  chip.irr &= chip.elcr;
  chip.isr = 0;
  chip.imr = 0;
  chip.lowestPriority = 7;
  chip.specialMask = false;
  chip.readIsr = false;
  chip.poll = false;
  chip.rotateOnAutoEoi = false;
  chip.autoEoi = false;
  chip.specialFullyNested = false;
  chip.icw4Needed = (icw1 & ICW1_IC4) !== 0;
  chip.single = (icw1 & ICW1_SNGL) !== 0;
  chip.expect = EXPECT.icw2;
}

/** Operation command word 2: end of interrupt and rotation. */
function endOfInterrupt(chip: Chip, ocw2: number): void {
  const [rotate, specific, eoi] = [(ocw2 & 0x80) !== 0, (ocw2 & 0x40) !== 0, (ocw2 & 0x20) !== 0];
  if (!specific && !eoi) {
    chip.rotateOnAutoEoi = rotate;
    return;
  }
  let request = ocw2 & 7;
  if (!specific) {
    // Non-specific: the highest in service; in special mask mode a masked one is not cleared.
    const level = priority(chip, chip.specialMask ? chip.isr & ~chip.imr : chip.isr);
    if (level === 8) return;
    request = fromTop(chip, level);
  }
  if (eoi) chip.isr &= ~(1 << request);
  if (rotate) chip.lowestPriority = request;
}

function writeEven(chip: Chip, value: number): void {
  if ((value & ICW1) !== 0) initialize(chip, value);
  else if ((value & OCW3) === 0) endOfInterrupt(chip, value);
  else {
    chip.poll = (value & OCW3_POLL) !== 0;
    if ((value & 0x02) !== 0) chip.readIsr = (value & 0x01) !== 0;
    if ((value & 0x40) !== 0) chip.specialMask = (value & 0x20) !== 0;
  }
}

function writeOdd(chip: Chip, value: number): void {
  switch (chip.expect) {
    case EXPECT.icw2:
      chip.vectorBase = value & 0xf8;
      chip.expect = chip.single ? (chip.icw4Needed ? EXPECT.icw4 : EXPECT.ocw1) : EXPECT.icw3;
      break;
    case EXPECT.icw3:
      // The wiring of the cascade is fixed on the board.
      chip.expect = chip.icw4Needed ? EXPECT.icw4 : EXPECT.ocw1;
      break;
    case EXPECT.icw4:
      chip.autoEoi = (value & ICW4_AEOI) !== 0;
      chip.specialFullyNested = (value & ICW4_SFNM) !== 0;
      chip.expect = EXPECT.ocw1;
      break;
    default:
      chip.imr = value;
  }
}

export const i8259Pic = defineDevice({
  name: 'i8259',
  version: 1,
  reference: 'Intel 8259A datasheet 231468-003; PIIX3 290550-002',
  lines: ['intr'],
  ports: { master: [0x20, 2], slave: [0xa0, 2], elcr: [0x4d0, 2] },
  state: { chips: array(2, struct(CHIP)) },
  attach({ state, lines }) {
    const [master, slave] = state.chips as [Chip, Chip];

    function setInput(chip: Chip, input: number, level: boolean): void {
      const bit = 1 << input;
      if (!level) {
        chip.inputs &= ~bit;
        chip.irr &= ~bit;
      } else if ((chip.inputs & bit) === 0 || (chip.elcr & bit) !== 0) {
        chip.inputs |= bit;
        chip.irr |= bit;
      }
    }

    function update(): void {
      setInput(master, CASCADE, requesting(slave, false) >= 0);
      lines.intr.set(requesting(master, true) >= 0);
    }

    /** The two INTA cycles: sets ISR and returns the request, 7 if there is none any more. */
    function take(chip: Chip): number {
      const request = requesting(chip, chip === master);
      if (request < 0) return 7;
      acknowledgeRequest(chip, request);
      return request;
    }

    function acknowledge(): number {
      const request = take(master);
      let vector = master.vectorBase + request;
      if (request === CASCADE) {
        vector = slave.vectorBase + take(slave);
      }
      update();
      return vector;
    }

    function poll(chip: Chip): number {
      chip.poll = false;
      const request = requesting(chip, chip === master);
      if (request < 0) return 0;
      acknowledgeRequest(chip, request);
      update();
      return 0x80 | request;
    }

    const registers = (chip: Chip) => ({
      read(offset: number): number {
        if (chip.poll) return poll(chip);
        if (offset === 1) return chip.imr;
        return chip.readIsr ? chip.isr : chip.irr;
      },
      write(offset: number, value: number): void {
        if (offset === 0) writeEven(chip, value);
        else writeOdd(chip, value);
        update();
      },
    });

    return {
      ports: {
        master: registers(master),
        slave: registers(slave),
        elcr: {
          read: (offset) => state.chips[offset].elcr,
          write(offset, value) {
            const chip = state.chips[offset];
            chip.elcr = value & ELCR_MASK[offset];
            // A level-triggered request is the level itself.
            chip.irr = (chip.irr & ~chip.elcr) | (chip.inputs & chip.elcr);
            update();
          },
        },
      },
      inputs: {
        /** The receiving end of interrupt request 0..15 (2 is the cascade and not connected). */
        irq: (request: number): LineInput => {
          const chip = request < 8 ? master : slave;
          return (level) => {
            setInput(chip, request & 7, level);
            update();
          };
        },
        /** The INTA cycle: the vector of the highest request, which is then in service. */
        acknowledge,
      },
      resume: update,
    };
  },
});
