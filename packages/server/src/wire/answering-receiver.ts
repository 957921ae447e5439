import type { WireMessage, WireReply } from './wire-message.js';

/** What a way in needs of a `Receiver`. */
export interface AnsweringReceiver {
  /** Where batches are sent. */
  readonly path: string;
  /** The most bytes of a batch's body. */
  readonly maxBatchBytes: number;
  answer(message: WireMessage): Promise<WireReply>;
}
