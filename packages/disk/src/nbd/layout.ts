/**
 * The NBD protocol: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md. Numbers are big-endian. Client and server are both written over what is declared here.
 */
import { defineLayout } from '../layout.ts';

/** IANA's. */
export const DEFAULT_PORT = 10_809;

// "Newstyle negotiation".

export const GREETING_MAGIC = 0x4e42_444d_4147_4943n;
export const OPTION_MAGIC = 0x4948_4156_454f_5054n;
/** What servers before 2010 send in the place of OPTION_MAGIC. */
export const OLD_STYLE_MAGIC = 0x0000_4202_8186_1253n;
export const OPTION_REPLY_MAGIC = 0x0003_e889_0455_65a9n;

export const greetingLayout = defineLayout('big', { magic: [0, 'bits64'], style: [8, 'bits64'], flags: [16, 'u16'] });
export const clientFlagsLayout = defineLayout('big', { flags: [0, 'u32'] });
export const optionLayout = defineLayout('big', { magic: [0, 'bits64'], option: [8, 'u32'], length: [12, 'u32'] });
export const optionReplyLayout = defineLayout('big', { magic: [0, 'bits64'], option: [8, 'u32'], type: [12, 'u32'], length: [16, 'u32'] });
/** What answers `exportName`, which has no reply of its own; 124 zeros follow unless both sides want none. */
export const exportNameReplyLayout = defineLayout('big', { size: [0, 'bits64'], flags: [8, 'u16'] });
export const EXPORT_NAME_ZEROS = 124;

/** The same bits for both sides. */
export const HandshakeFlag = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const Option = { exportName: 1, abort: 2, list: 3, startTls: 5, info: 6, go: 7, structuredReply: 8, listMetaContext: 9, setMetaContext: 10 } as const;

const ERROR_BIT = 0x8000_0000;
export const OptionReply = {
  ack: 1, server: 2, info: 3, metaContext: 4,
  unsupported: ERROR_BIT + 1, policy: ERROR_BIT + 2, invalid: ERROR_BIT + 3, platform: ERROR_BIT + 4, tlsRequired: ERROR_BIT + 5, unknown: ERROR_BIT + 6, shutdown: ERROR_BIT + 7, blockSizeRequired: ERROR_BIT + 8, tooBig: ERROR_BIT + 9,
} as const;
export const isErrorReply = (type: number): boolean => type >= ERROR_BIT;

export const Info = { export: 0, name: 1, description: 2, blockSize: 3 } as const;
/** Each begins with its type. */
export const infoTypeLayout = defineLayout('big', { type: [0, 'u16'] });
export const exportInfoLayout = defineLayout('big', { type: [0, 'u16'], size: [2, 'bits64'], flags: [10, 'u16'] });
export const blockSizeInfoLayout = defineLayout('big', { type: [0, 'u16'], least: [2, 'u32'], preferred: [6, 'u32'], most: [10, 'u32'] });

/** A length, before a name or a query. */
export const lengthLayout = defineLayout('big', { length: [0, 'u32'] });
/** A count, before a list of u16 or a message. */
export const shortLengthLayout = defineLayout('big', { length: [0, 'u16'] });
/** The number that a server gives to a metadata context, before its name or its descriptors. */
export const contextLayout = defineLayout('big', { id: [0, 'u32'] });

export const ALLOCATION_CONTEXT = 'base:allocation';

/** "Values": names of exports, contexts and messages. */
export const MOST_TEXT_BYTES = 4096;
/** Nothing that is negotiated needs more: a name, and a few queries. */
export const MOST_OPTION_BYTES = 64 * 1024;
/** A length in 32 bits, kept to whole mebibytes: of what is trimmed or zeroed at once. */
export const MOST_RANGE_BYTES = 0xfff0_0000;
/** What every server may be expected to take, "Block sizes". */
export const MOST_PAYLOAD_BYTES = 32 * 1024 * 1024;

// "Transmission".

export const ExportFlag = {
  hasFlags: 1, readOnly: 2, sendFlush: 4, sendFua: 8, rotational: 16, sendTrim: 32, sendWriteZeroes: 64, sendDf: 128, canMultiConn: 256, sendResize: 512, sendCache: 1024, sendFastZero: 2048,
} as const;

export const REQUEST_MAGIC = 0x2560_9513;
export const SIMPLE_REPLY_MAGIC = 0x6744_6698;
export const CHUNK_MAGIC = 0x668e_33ef;

export const requestLayout = defineLayout('big', { magic: [0, 'u32'], flags: [4, 'u16'], command: [6, 'u16'], cookie: [8, 'bits64'], offset: [16, 'bits64'], length: [24, 'u32'] });
export const simpleReplyLayout = defineLayout('big', { magic: [0, 'u32'], error: [4, 'u32'], cookie: [8, 'bits64'] });
/** Begins as a simple reply does, where the flags and the type are the error. */
export const chunkLayout = defineLayout('big', { magic: [0, 'u32'], flags: [4, 'u16'], type: [6, 'u16'], cookie: [8, 'bits64'], length: [16, 'u32'] });

export const Command = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, cache: 5, writeZeroes: 6, blockStatus: 7 } as const;
export const CommandFlag = { fua: 1, noHole: 2, df: 4, reqOne: 8, fastZero: 16 } as const;

const CHUNK_ERROR_BIT = 0x8000;
export const Chunk = { none: 0, offsetData: 1, offsetHole: 2, blockStatus: 5, error: CHUNK_ERROR_BIT + 1, errorOffset: CHUNK_ERROR_BIT + 2 } as const;
export const CHUNK_DONE = 1;
export const isErrorChunk = (type: number): boolean => type >= CHUNK_ERROR_BIT;

export const offsetLayout = defineLayout('big', { offset: [0, 'bits64'] });
export const holeLayout = defineLayout('big', { offset: [0, 'bits64'], length: [8, 'u32'] });
export const chunkErrorLayout = defineLayout('big', { error: [0, 'u32'], messageLength: [4, 'u16'] });
export const descriptorLayout = defineLayout('big', { length: [0, 'u32'], flags: [4, 'u32'] });

/** Of `base:allocation`. */
export const AllocationFlag = { hole: 1, zero: 2 } as const;

/** "Error values". */
export const ErrorValue = { EPERM: 1, EIO: 5, ENOMEM: 12, EINVAL: 22, ENOSPC: 28, EOVERFLOW: 75, ENOTSUP: 95, ESHUTDOWN: 108 } as const;
