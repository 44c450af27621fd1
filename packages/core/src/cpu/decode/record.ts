/**
 * A decoded instruction: a record of 32 bytes in the WebAssembly memory. Interpreter, translator and microcode read the same records.
 * Records of consecutive instructions are consecutive, so "next" is `address + RECORD_BYTES`.
 *
 * Register operands are byte offsets into the CPU state's `gpr` (AH is RAX's offset + 1); XMM, MMX and other registers are numbers × 16.
 */
export const RECORD_BYTES = 32;
export const record = {
  /** u16: index of the handler. */
  handler: 0,
  /** u8: bytes of the instruction. */
  length: 2,
  /** u8: SIB scale, 0–3. */
  scale: 3,
  /** u8 each: register operands in the order of the row's operands. */
  a: 4, b: 5, c: 21, d: 24,
  /** u8: GPR offsets of the address; the offset of the zero quadword when absent. */
  base: 6, index: 7,
  /** i32; with RIP-relative addressing it is relative to the page's start. */
  displacement: 8,
  /** i32, sign-extended on use. */
  immediate: 12,
  /** u16: offset of the instruction in its page. */
  pageOffset: 16,
  /** u8: how the address is computed, see `addressKind`. */
  addressKind: 18,
  /** u8: segment register 0–5 of the memory operand. */
  segment: 19,
  /** u8: offset in the state of the segment's base, or of the zero quadword when the base need not be added. */
  segmentBase: 20,
  /** u8: bits 0–1 log2(operand size / 16), bits 2–3 the same of the address size, bit 4 register form, bit 5 F3, bit 6 F2, bit 7 LOCK. */
  shape: 22,
  /** u8: the last opcode byte. */
  opcode: 23,
  /** Microcode: u8, the function's number. */
  microcode: 21,
  /** u8 each, where there is a ModRM and no 64-bit value: ModRM.reg and ModRM.rm as register numbers, for microcode and for semantics that fall back to it. */
  reg: 30, rm: 31,
  /** i64: a 64-bit immediate or offset, a far pointer (offset | selector << 32); or, in a branch, u32: the target's record once it is known to lie in the same page;
   * in an x87 instruction, u16: FOP, the low three opcode bits and ModRM; in microcode with a VEX prefix, u8 each: VEX.vvvv, VEX.L, the vector
   * register that is the index of the address. */
  wide: 24, link: 24, x87Opcode: 24, vvvv: 24, vexL: 25, vectorIndex: 26,
  /** Of an entry record, i32: how often it is still to be entered until its target is translated; i32: its region's place in the table, and which of the region's entries it is. `link` is its target;
   * u8: not 0 when it was hot once while a region held its target, or when that does not matter, as a region ends there. */
  count: 8, slot: 12, selector: 28, noted: 20,
} as const;

export const addressKind = {
  /** base + index << scale + displacement + segmentBase, 64 bits. RIP-relative: the base is the state's `codePage`. */
  flat64: 0,
  /** The same, truncated to 32 bits before and after the segment base. */
  flat32: 1,
  /** Anything else: 16-bit addressing, 32-bit addressing in 64-bit mode, segments with a limit. */
  general: 2,
  /** No base or index; the offset is `wide` (MOV AL, moffs, where it is not a displacement of the kinds above). Checked as `general`. */
  absolute: 3,
  /** RIP-relative where page offset + displacement exceeds 32 bits: both are added at run time. */
  relative: 4,
} as const;
