import { Reader, Writer } from '../bytes/index.ts';
import type { CloseReason, Hello, Link, LinkHandler } from '../world/index.ts';

/** A link whose other end is the test. */
export class ScriptedLink implements Link {
  readonly remote: Hello = { protocolVersion: 1, clusterName: 'shop', role: 'node', nodeName: 'b' };
  readonly remoteAddress = 'b:1';
  readonly handler: LinkHandler;
  readonly sent: { kind: number; correlation: number; body: number[] }[] = [];
  bufferedBytes = 0;
  closedWith: string | undefined;
  tooLarge: Error | undefined;
  readonly #writer = new Writer();
  #begun: { kind: number; correlation: number } | undefined;

  constructor(handler: LinkHandler) {
    this.handler = handler;
  }

  begin(kind: number, correlation: number): Writer {
    if (this.#begun !== undefined) throw new Error('begun twice');
    this.#begun = { kind, correlation };
    return this.#writer.clear();
  }

  commit(): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (this.tooLarge !== undefined) throw this.tooLarge;
    if (begun !== undefined) this.sent.push({ ...begun, body: [...this.#writer.view()] });
  }

  abandon(): void {
    this.#begun = undefined;
  }

  pause(): void {}
  resume(): void {}

  close(detail: string): void {
    this.closedWith = detail;
  }

  open(): void {
    this.handler.onOpen?.(this);
  }

  deliver(kind: number, correlation: number, ...body: number[]): void {
    this.handler.onFrame(this, kind, correlation, new Reader(Uint8Array.from(body)));
  }

  end(kind: CloseReason['kind'] = 'lost', detail = 'cut'): void {
    this.handler.onClose(this, { kind, detail });
  }
}
