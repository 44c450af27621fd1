/** Bytes that are appended to: numbers in LEB128, and names (Core Specification 2.0, §5.2). */

/** Buffers of writers that are done, for the next ones: code is made in many small pieces. */
const spare: Uint8Array<ArrayBuffer>[] = [];
const MOST_SPARE = 4;
const LARGEST_SPARE_BYTES = 0x4_0000;
const LEAST_BYTES = 0x400;
const nothing = new Uint8Array(0);
const utf8 = new TextEncoder();

/** A growing buffer of bytes. The methods that write one thing make no room for it: that is for `reserve`. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = nothing;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes room for so many bytes. */
  reserve(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(this.#length + count);
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  /** Takes up to 5 bytes for a 32-bit number. */
  unsigned(value: number): void {
    const bytes = this.#bytes;
    let rest = value >>> 0;
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[this.#length++] = rest;
  }

  /** Up to 5 bytes. */
  signed32(value: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    bytes[this.#length++] = rest & 0x7f;
  }

  /** Up to 10 bytes. */
  signed64(value: bigint): void {
    let rest = value;
    while (rest < -0x40n || rest > 0x3fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest & 0x7fn);
  }

  /** These make room by themselves. */
  append(part: ArrayLike<number>): void {
    this.reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  appendWriter(part: ByteWriter): void {
    this.append(part.#bytes.subarray(0, part.#length));
  }

  /** A name, with its length before it. */
  name(text: string): void {
    this.reserve(5 + 3 * text.length);
    const start = this.#length;
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = start;
        const encoded = utf8.encode(text);
        this.unsigned(encoded.length);
        this.append(encoded);
        return;
      }
      this.byte(code);
    }
  }

  replace(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Forgets what comes after `length`. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What was written; then the writer is empty. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    this.clear();
    return bytes;
  }

  clear(): void {
    if (spare.length < MOST_SPARE && this.#bytes.length <= LARGEST_SPARE_BYTES) spare.push(this.#bytes);
    this.#bytes = nothing;
    this.#length = 0;
  }

  #grow(count: number): void {
    let larger = this.#bytes === nothing ? spare.pop() : undefined;
    if (!larger || larger.length < count) larger = new Uint8Array(Math.max(LEAST_BYTES, count, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
