/** The client's side of "Newstyle negotiation": what is there, and what both sides can do. */
import { DiskError } from '../errors.ts';
import type { DiskErrorContext } from '../errors.ts';
import { ConnectionLost, textOf } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import {
  ALLOCATION_CONTEXT, blockSizeInfoLayout, clientFlagsLayout, contextLayout, EXPORT_NAME_ZEROS, exportInfoLayout, exportNameReplyLayout, GREETING_MAGIC, greetingLayout, HandshakeFlag, Info, infoTypeLayout,
  isErrorReply, lengthLayout, MOST_OPTION_BYTES, MOST_PAYLOAD_BYTES, OLD_STYLE_MAGIC, Option, OPTION_MAGIC, OPTION_REPLY_MAGIC, optionLayout, OptionReply, optionReplyLayout, shortLengthLayout,
} from './layout.ts';

export interface Export {
  /** In bytes. */
  readonly size: number;
  /** ExportFlag. */
  readonly flags: number;
  /** What requests are multiples of. */
  readonly leastBlock: number;
  /** Of a payload, in bytes. */
  readonly mostPayload: number;
  readonly isStructured: boolean;
  /** The server's number for base:allocation. */
  readonly allocationContext?: number;
}

interface Reply {
  readonly type: number;
  readonly data: Uint8Array;
}

/** More than any server sends to one option. */
const MOST_REPLIES = 64;
const MOST_BLOCK_BYTES = 64 * 1024;

/** An answer that no server gives that keeps the protocol. */
export const protocolError = (message: string, context: DiskErrorContext): DiskError => new DiskError({ code: 'DISK_IO', kind: 'io', message: `the server breaks the NBD protocol: ${message}`, context });

/**
 * @param secure puts TLS on the connection; undefined where the user wants none
 * @returns the connection, over TLS if there is to be
 * @throws DiskError what the server refuses; ConnectionLost
 */
export async function negotiate(
  plain: ByteStream, exportName: string, secure: ((stream: ByteStream) => Promise<ByteStream>) | undefined, where: DiskErrorContext,
): Promise<{ stream: ByteStream; offer: Export }> {
  const greeting = await plain.readLayout(greetingLayout);
  if (greeting.magic !== GREETING_MAGIC) throw protocolError('it does not greet as one', where);
  if (greeting.style === OLD_STYLE_MAGIC || (greeting.flags & HandshakeFlag.fixedNewstyle) === 0) {
    throw new DiskError({ code: 'DISK_FEATURE_UNSUPPORTED', kind: 'unsupported', message: 'the server speaks an NBD from before "fixed newstyle"', context: where });
  }
  if (greeting.style !== OPTION_MAGIC) throw protocolError('it greets in no known style', where);
  const flags = greeting.flags & (HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes);
  await plain.write(clientFlagsLayout.encode({ flags }));
  let stream = plain;
  if (secure !== undefined) {
    const { type, data } = lastOf(await ask(plain, Option.startTls, [], where));
    // Never on in the clear: whoever is between could have refused.
    if (type !== OptionReply.ack) throw refused('the server has no TLS', data, where);
    stream = await secure(plain);
  }
  const structured = lastOf(await ask(stream, Option.structuredReply, [], where));
  const isStructured = structured.type === OptionReply.ack;
  const context = isStructured ? await askContext(stream, exportName, where) : undefined;
  const offer = await askExport(stream, exportName, { isStructured, ...(context === undefined ? {} : { allocationContext: context }) }, (flags & HandshakeFlag.noZeroes) === 0, where);
  return { stream, offer };
}

const namePieces = (name: string): Uint8Array[] => {
  const text = Buffer.from(name, 'utf8');
  return [lengthLayout.encode({ length: text.length }), text];
};

const lastOf = (replies: readonly Reply[]): Reply => replies.at(-1)!;

async function sendOption(stream: ByteStream, option: number, pieces: readonly Uint8Array[]): Promise<void> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  await stream.write(optionLayout.encode({ magic: OPTION_MAGIC, option, length }), ...pieces);
}

/** All replies to an option; the last is an acknowledgement or an error. */
async function ask(stream: ByteStream, option: number, pieces: readonly Uint8Array[], where: DiskErrorContext): Promise<Reply[]> {
  await sendOption(stream, option, pieces);
  const replies: Reply[] = [];
  for (;;) {
    const reply = await stream.readLayout(optionReplyLayout);
    if (reply.magic !== OPTION_REPLY_MAGIC || reply.option !== option) throw protocolError(`its reply to option ${option} is none`, where);
    if (reply.length > MOST_OPTION_BYTES || replies.length >= MOST_REPLIES) throw protocolError(`its reply to option ${option} has no end`, where);
    replies.push({ type: reply.type, data: await stream.read(reply.length) });
    if (reply.type === OptionReply.ack || isErrorReply(reply.type)) return replies;
  }
}

async function askContext(stream: ByteStream, exportName: string, where: DiskErrorContext): Promise<number | undefined> {
  const replies = await ask(stream, Option.setMetaContext, [...namePieces(exportName), lengthLayout.encode({ length: 1 }), ...namePieces(ALLOCATION_CONTEXT)], where);
  for (const { type, data } of replies) {
    if (type === OptionReply.metaContext && data.length > contextLayout.byteLength && textOf(data.subarray(contextLayout.byteLength)) === ALLOCATION_CONTEXT) return contextLayout.read(data).id;
  }
  return undefined;
}

async function askExport(stream: ByteStream, exportName: string, known: Pick<Export, 'isStructured' | 'allocationContext'>, hasZeros: boolean, where: DiskErrorContext): Promise<Export> {
  const wanted = [shortLengthLayout.encode({ length: 1 }), infoTypeLayout.encode({ type: Info.blockSize })];
  const replies = await ask(stream, Option.go, [...namePieces(exportName), ...wanted], where);
  const { type, data } = lastOf(replies);
  if (type === OptionReply.unsupported) {
    await sendOption(stream, Option.exportName, [Buffer.from(exportName, 'utf8')]);
    let reply;
    try {
      reply = await stream.readLayout(exportNameReplyLayout);
    } catch (error) {
      if (error instanceof ConnectionLost) throw refused(`the server has no export ${JSON.stringify(exportName)}`, new Uint8Array(0), where);
      throw error;
    }
    if (hasZeros) await stream.skip(EXPORT_NAME_ZEROS);
    return { ...known, size: sizeOf(reply.size, where), flags: reply.flags, leastBlock: 1, mostPayload: MOST_PAYLOAD_BYTES };
  }
  if (type === OptionReply.unknown) throw refused(`the server has no export ${JSON.stringify(exportName)}`, data, where);
  if (type === OptionReply.tlsRequired) throw refused('the server wants TLS', data, where, 'say nbds:// instead of nbd://');
  if (type !== OptionReply.ack) throw refused('the server refuses the export', data, where);
  let size: number | undefined, flags = 0, leastBlock = 1, mostPayload = MOST_PAYLOAD_BYTES;
  for (const { type, data } of replies) {
    if (type !== OptionReply.info || data.length < infoTypeLayout.byteLength) continue;
    const info = infoTypeLayout.read(data).type;
    if (info === Info.export) {
      const found = exportInfoLayout.read(data, 0, where);
      size = sizeOf(found.size, where);
      flags = found.flags;
    } else if (info === Info.blockSize) {
      const found = blockSizeInfoLayout.read(data, 0, where);
      if (!Number.isInteger(Math.log2(found.least)) || found.least > MOST_BLOCK_BYTES || found.most < found.least) throw protocolError(`blocks of ${found.least} to ${found.most} bytes`, where);
      leastBlock = found.least;
      mostPayload = Math.min(MOST_PAYLOAD_BYTES, found.most - (found.most % found.least));
    }
  }
  if (size === undefined) throw protocolError('it does not say how long the export is', where);
  return { ...known, size, flags, leastBlock, mostPayload };
}

function sizeOf(size: bigint, where: DiskErrorContext): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw protocolError(`an export of ${size} bytes`, where);
  return Number(size);
}

function refused(message: string, data: Uint8Array, where: DiskErrorContext, hint?: string): DiskError {
  // The server's own words, on one line and not for long.
  const words = textOf(data.subarray(0, 200)).replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').trim();
  return new DiskError({ code: 'DISK_IO', kind: 'denied', message: words === '' ? message : `${message}: ${words}`, context: where, ...(hint === undefined ? {} : { hint }) });
}

