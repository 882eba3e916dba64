/**
 * The server's side of a WebSocket (RFC 6455) that only tells: it sends texts and answers pings and the close. What the
 * other side says is not looked at, and is bounded.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Socket {
  /** Aborted when the other side has gone. */
  readonly signal: AbortSignal;
  /** Resolves when the other side can take more, or has gone. */
  send(text: string): Promise<void>;
  /** Says goodbye. */
  close(): void;
}

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const OPCODE = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Status codes of section 7.4.1. */
const STATUS = { normal: 1000, protocolError: 1002, tooBig: 1009 } as const;

/** Bytes of what the other side says before it ends, at most: its pings and its close are 131. */
const MAX_SAID = 64 * 1024;

/** Answers the handshake. `null` when it is none; then nothing was written. */
export function acceptWebSocket(
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Socket | null {
  const { upgrade, 'sec-websocket-key': key, 'sec-websocket-version': version } = request.headers;
  if (upgrade?.toLowerCase() !== 'websocket' || version !== '13' || !isKey(key)) return null;
  stream.write(handshake(key));
  const gone = new AbortController();
  const end = (status: number) => {
    if (gone.signal.aborted) return;
    stream.end(frame(OPCODE.close, statusBytes(status)));
    gone.abort();
  };
  stream.on('error', () => gone.abort()).on('close', () => gone.abort());
  listen(stream, head, end);
  return {
    signal: gone.signal,
    async send(text) {
      if (gone.signal.aborted || stream.write(frame(OPCODE.text, Buffer.from(text)))) return;
      await once(stream, 'drain', { signal: gone.signal }).catch(() => undefined);
    },
    close: () => end(STATUS.normal),
  };
}

function isKey(key: string | undefined): key is string {
  return key !== undefined && Buffer.from(key, 'base64').length === 16;
}

function handshake(key: string): string {
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    '\r\n',
  ].join('\r\n');
}

/** A frame as servers send them: whole and not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode]), lengthBytes(payload.length), payload]);
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.from([length]);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = length < 65_536 ? 126 : 127;
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

function statusBytes(status: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(status);
  return bytes;
}

function listen(stream: Duplex, head: Buffer, end: (status: number) => void): void {
  let held: Buffer = Buffer.alloc(0);
  const take = (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    for (let read = readFrame(held); read; read = readFrame(held)) {
      held = held.subarray(read.bytes);
      if (!read.isMasked) return end(STATUS.protocolError);
      if (read.opcode === OPCODE.close) return end(STATUS.normal);
      if (read.opcode === OPCODE.ping) stream.write(frame(OPCODE.pong, read.payload));
    }
    if (held.length > MAX_SAID) end(STATUS.tooBig);
  };
  stream.on('data', take);
  if (head.length > 0) take(head);
}

interface Frame {
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
  /** Of the whole frame. */
  readonly bytes: number;
}

/** The first frame; `null` while it is not all there. */
function readFrame(bytes: Buffer): Frame | null {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const isMasked = (second & 0x80) !== 0;
  const length = payloadLength(bytes, second & 0x7f);
  if (length === null) return null;
  const start = 2 + length.bytes + (isMasked ? 4 : 0);
  const end = start + length.value;
  if (bytes.length < end) return null;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, end));
  if (isMasked)
    for (const [at, byte] of payload.entries()) payload[at] = byte ^ (mask[at % 4] ?? 0);
  return { opcode: first & 0x0f, isMasked, payload, bytes: end };
}

function payloadLength(bytes: Buffer, short: number): { value: number; bytes: number } | null {
  if (short < 126) return { value: short, bytes: 0 };
  const size = short === 126 ? 2 : 8;
  if (bytes.length < 2 + size) return null;
  const value = size === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { value, bytes: size };
}
