import type { Sink } from '../src/terminal/printer.js';

/** Keeps what is written to it. */
export class MemorySink implements Sink {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string, written: (error?: Error | null) => void): boolean {
    this.text += text;
    written();
    return true;
  }
}
