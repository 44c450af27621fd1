/** The server's side of "Newstyle negotiation". What a client sends is bounded before it is read; one that does not keep the protocol is left. */
import { ConnectionLost, readText } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import { viewOf } from '../layout.ts';
import {
  ALLOCATION_CONTEXT, blockSizeInfoLayout, clientFlagsLayout, contextLayout, EXPORT_NAME_ZEROS, exportInfoLayout, exportNameReplyLayout, GREETING_MAGIC, greetingLayout, HandshakeFlag, Info, infoTypeLayout, lengthLayout,
  MOST_OPTION_BYTES, MOST_PAYLOAD_BYTES, MOST_TEXT_BYTES, Option, OPTION_MAGIC, OPTION_REPLY_MAGIC, optionLayout, OptionReply, optionReplyLayout,
} from './layout.ts';

/** What is served, as it is told to clients. */
export interface ServedExport {
  readonly name: string;
  readonly description: string;
  readonly size: number;
  /** ExportFlag. */
  readonly flags: number;
}

export interface Agreement {
  readonly stream: ByteStream;
  readonly isStructured: boolean;
  /** The client has asked for base:allocation, which has ALLOCATION_ID then. */
  readonly hasAllocation: boolean;
}

export const ALLOCATION_ID = 1;
/** Requests of any length are taken; these are fastest. */
const PREFERRED_BLOCK_BYTES = 4096;
/** A client that never comes to an end. */
const MOST_OPTIONS = 256;

interface State {
  stream: ByteStream;
  isSecure: boolean;
  isStructured: boolean;
  hasAllocation: boolean;
}

/**
 * @param secure puts TLS on the connection; without it nothing else is answered
 * @returns undefined when the client has ended it
 * @throws ConnectionLost
 */
export async function acceptClient(plain: ByteStream, served: ServedExport, secure: ((stream: ByteStream) => Promise<ByteStream>) | undefined): Promise<Agreement | undefined> {
  await plain.write(greetingLayout.encode({ magic: GREETING_MAGIC, style: OPTION_MAGIC, flags: HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes }));
  const { flags } = await plain.readLayout(clientFlagsLayout);
  if ((flags & ~(HandshakeFlag.fixedNewstyle | HandshakeFlag.noZeroes)) !== 0) throw new ConnectionLost(`the client's flags are ${flags}`);
  const state: State = { stream: plain, isSecure: secure === undefined, isStructured: false, hasAllocation: false };
  for (let count = 0; count < MOST_OPTIONS; count++) {
    const { magic, option, length } = await state.stream.readLayout(optionLayout);
    if (magic !== OPTION_MAGIC) throw new ConnectionLost('an option of the client is none');
    if (length > MOST_OPTION_BYTES) throw new ConnectionLost(`an option of ${length} bytes`);
    const data = await state.stream.read(length);
    const reply = (type: number, ...pieces: readonly Uint8Array[]): Promise<void> =>
      state.stream.write(optionReplyLayout.encode({ magic: OPTION_REPLY_MAGIC, option, type, length: pieces.reduce((sum, piece) => sum + piece.length, 0) }), ...pieces);
    if (option === Option.abort) {
      await reply(OptionReply.ack).catch(() => undefined);
      return undefined;
    }
    if (option === Option.startTls) {
      if (secure === undefined) await reply(OptionReply.policy, Buffer.from('there is no TLS here'));
      else if (state.isSecure || length !== 0) await reply(OptionReply.invalid);
      else {
        await reply(OptionReply.ack);
        state.stream = await secure(state.stream);
        state.isSecure = true;
        state.isStructured = state.hasAllocation = false;
      }
      continue;
    }
    if (option === Option.exportName) {
      // It has no way to say no.
      if (!state.isSecure || !isServed(served, Buffer.from(data).toString('utf8'))) throw new ConnectionLost('the client asks for what is not served');
      await state.stream.write(exportNameReplyLayout.encode({ size: BigInt(served.size), flags: served.flags }), new Uint8Array((flags & HandshakeFlag.noZeroes) === 0 ? EXPORT_NAME_ZEROS : 0));
      return state;
    }
    if (!state.isSecure) {
      await reply(OptionReply.tlsRequired, Buffer.from('TLS first'));
      continue;
    }
    if (await answer(option, data, served, state, reply)) return state;
  }
  throw new ConnectionLost('the client has too many options');
}

type SendReply = (type: number, ...pieces: readonly Uint8Array[]) => Promise<void>;

/** Empty is the default export, which is the only one. */
const isServed = (served: ServedExport, name: string): boolean => name === '' || name === served.name;

/** @returns whether transmission begins */
async function answer(option: number, data: Uint8Array, served: ServedExport, state: State, reply: SendReply): Promise<boolean> {
  switch (option) {
    case Option.list: {
      if (data.length > 0) await reply(OptionReply.invalid);
      else {
        const name = Buffer.from(served.name);
        await reply(OptionReply.server, lengthLayout.encode({ length: name.length }), name, Buffer.from(served.description));
        await reply(OptionReply.ack);
      }
      return false;
    }
    case Option.info:
    case Option.go: return answerInfo(data, served, reply).then((isKnown) => isKnown && option === Option.go);
    case Option.structuredReply: {
      if (data.length === 0) state.isStructured = true;
      await reply(data.length === 0 ? OptionReply.ack : OptionReply.invalid);
      return false;
    }
    case Option.listMetaContext:
    case Option.setMetaContext: {
      await answerContexts(option, data, served, state, reply);
      return false;
    }
    default: {
      await reply(OptionReply.unsupported);
      return false;
    }
  }
}

async function answerInfo(data: Uint8Array, served: ServedExport, reply: SendReply): Promise<boolean> {
  const name = readText(data, 0);
  const count = name !== undefined && name.end + 2 <= data.length ? viewOf(data).getUint16(name.end) : -1;
  if (name === undefined || name.end + 2 + count * infoTypeLayout.byteLength !== data.length) {
    await reply(OptionReply.invalid);
    return false;
  }
  if (!isServed(served, name.text)) {
    await reply(OptionReply.unknown, Buffer.from('there is no such export'));
    return false;
  }
  const wanted = new Set(Array.from({ length: count }, (_, i) => infoTypeLayout.read(data, name.end + 2 + i * infoTypeLayout.byteLength).type));
  await reply(OptionReply.info, exportInfoLayout.encode({ type: Info.export, size: BigInt(served.size), flags: served.flags }));
  if (wanted.has(Info.name)) await reply(OptionReply.info, infoTypeLayout.encode({ type: Info.name }), Buffer.from(served.name));
  if (wanted.has(Info.description) && served.description !== '') await reply(OptionReply.info, infoTypeLayout.encode({ type: Info.description }), Buffer.from(served.description));
  await reply(OptionReply.info, blockSizeInfoLayout.encode({ type: Info.blockSize, least: 1, preferred: PREFERRED_BLOCK_BYTES, most: MOST_PAYLOAD_BYTES }));
  await reply(OptionReply.ack);
  return true;
}

async function answerContexts(option: number, data: Uint8Array, served: ServedExport, state: State, reply: SendReply): Promise<void> {
  const name = readText(data, 0);
  const queries = name === undefined ? undefined : readQueries(data, name.end);
  if (name === undefined || queries === undefined || !state.isStructured) return reply(OptionReply.invalid);
  if (!isServed(served, name.text)) return reply(OptionReply.unknown);
  const isSet = option === Option.setMetaContext;
  // A namespace alone lists what is in it, and no query lists all.
  const isWanted = queries.some((query) => query === ALLOCATION_CONTEXT || (!isSet && query === 'base:')) || (!isSet && queries.length === 0);
  if (isSet) state.hasAllocation = isWanted;
  if (isWanted) await reply(OptionReply.metaContext, contextLayout.encode({ id: isSet ? ALLOCATION_ID : 0 }), Buffer.from(ALLOCATION_CONTEXT));
  await reply(OptionReply.ack);
}

function readQueries(data: Uint8Array, at: number): string[] | undefined {
  if (at + lengthLayout.byteLength > data.length) return undefined;
  const count = lengthLayout.read(data, at).length;
  const queries: string[] = [];
  let here = at + lengthLayout.byteLength;
  // Each takes four bytes at least, so the data bound the loop, whatever the count.
  for (let i = 0; i < count; i++) {
    const query = readText(data, here);
    if (query === undefined || query.text.length > MOST_TEXT_BYTES) return undefined;
    queries.push(query.text);
    here = query.end;
  }
  return here === data.length ? queries : undefined;
}
