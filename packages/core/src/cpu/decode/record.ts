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
  a: 4, b: 5, c: 21,
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
  /** i64: a 64-bit immediate or offset; or, in a branch, u32: the target's record when it lies in the same page; in microcode u32: the function's number, u8 ModRM at +28. */
  wide: 24, link: 24, microcode: 24, modrm: 28,
} as const;

export const addressKind = {
  /** base + index << scale + displacement + segmentBase, 64 bits. */
  flat64: 0,
  /** The same, truncated to 32 bits before the (absent) segment base. */
  flat32: 1,
  /** RIP-relative: page of the code + displacement + segmentBase. */
  relative: 2,
  /** Anything else: 16-bit addressing, 32-bit addressing in 64-bit mode, segments with base and limit. */
  general: 3,
  /** No base or index; the offset is `wide` (MOV AL, moffs). */
  absolute: 4,
} as const;
