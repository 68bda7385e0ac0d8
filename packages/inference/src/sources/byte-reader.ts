/** Reads a stream by numbers of bytes. It requests no more of the stream than it needs. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer: Buffer = Buffer.alloc(0);
  /** Range of the unread bytes in the buffer. */
  #start = 0;
  #end = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Buffered bytes that were not read; it changes with the next call of any method. */
  get here(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Waits until `count` bytes are buffered; returns whether the stream had them. */
  async ensure(count: number): Promise<boolean> {
    while (this.#end - this.#start < count) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#append(value);
    }
    return true;
  }

  /** Reads exactly `count` bytes, or returns `undefined` when the stream ends before. */
  async read(count: number): Promise<Uint8Array | undefined> {
    const taken = new Uint8Array(count);
    let length = Math.min(count, this.#end - this.#start);
    taken.set(this.#buffer.subarray(this.#start, this.#start + length));
    this.#start += length;
    while (length < count) {
      const { done, value } = await this.#chunks.next();
      if (done) return undefined;
      const share = Math.min(value.length, count - length);
      taken.set(share === value.length ? value : value.subarray(0, share), length);
      length += share;
      if (share < value.length) this.#append(value.subarray(share));
    }
    return taken;
  }

  /** Skips buffered bytes. */
  skip(count: number): void {
    this.#start = Math.min(this.#end, this.#start + count);
  }

  #append(chunk: Uint8Array): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#end + chunk.length > this.#buffer.length) {
      const rest = this.#end - this.#start;
      const larger = Buffer.allocUnsafe(Math.max(65536, 2 * (rest + chunk.length)));
      larger.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = larger;
      this.#start = 0;
      this.#end = rest;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }
}
