/** A request as the receiver needs it, whatever server it came through. */
export interface WireMessage {
  readonly method: string;
  /** Path of the address, still percent-encoded. */
  readonly path: string;
  readonly headers: WireHeaders;
  /** Reads the body; `undefined` where it is larger, of which then no more is read. */
  body(maxBytes: number): Promise<Uint8Array | undefined>;
}

/** Satisfied by the platform's `Headers`. */
export interface WireHeaders {
  get(name: string): string | null;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
