import type { DeliveryOutcome, Operation } from '@cpc/sync-core';

/** The server of a history: a `ModelServer` with a ledger. What reaches it has an effect, whatever the client learns. */
export interface SimulatedServer {
  /** Applies each operation once, as its key says, and answers in order. */
  handle(operations: readonly Operation[]): readonly DeliveryOutcome[];
  /** Its clock, which is right, in milliseconds since the epoch. A transport may tell it as `heardTime`. */
  now(): number;
}

export interface ExchangeOptions<Answer> {
  /** Gives the exchange up; it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** What is left of an answer of which only a part arrives. @defaultValue nothing: it is lost as a whole */
  readonly halve?: (answer: Answer) => Answer;
}

/** The network between one tab and the server, with the faults of the day. */
export interface SimulatedNetwork {
  /**
   * Carries a request to the server and the answer back. What `serve` does happens at the server: once, twice, or
   * never, and whether or not the answer arrives.
   *
   * @throws SyncError `NETWORK_UNREACHABLE` where no answer comes
   */
  exchange<Answer>(
    serve: (server: SimulatedServer) => Answer | Promise<Answer>,
    options: ExchangeOptions<Answer>,
  ): Promise<Answer>;
}
