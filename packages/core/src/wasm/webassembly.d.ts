/** The part of the WebAssembly JavaScript interface that core uses. It is the same in browsers and in Node, whose type packages each bring a whole world with it. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Table {
    readonly length: number;
    set(index: number, value: null): void;
  }
  type ExportValue = unknown;
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { env: object });
    readonly exports: Record<string, unknown>;
  }
}
