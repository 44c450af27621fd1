/** Where a fuzzed CPU's memory has what. Physical addresses, and the linear ones too where paging maps them one to one. */
export const place = {
  gdt: 0x1000, idt: 0x2000, handlers: 0x4000, tss: 0x6000, otherTss: 0x8000, ldt: 0x9000,
  /** Not mapped while paging is on: a guest that rewrites its tables without a flush may see old or new ones, and both are right. */
  pageTables: 0x1_0000, pageTablesEnd: 0x2_0000,
  code: 0x2_0000, codeBytes: 0x2000,
  data: 0x3_0000, dataBytes: 0x4000,
  stack: 0x4_0000, stackBytes: 0x2000,
  /** Pages up to here are mapped. */
  end: 0xa_0000,
} as const;
export const HANDLER_BYTES = 16;
