/** A request as the receiver needs it, whatever server it came through. */
export interface WireMessage {
  readonly method: string;
  /** Path of the address, still percent-encoded. */
  readonly path: string;
  /** What is left of the path, where a framework has taken away what it mounted the receiver at. */
  readonly rest?: string;
  readonly headers: WireHeaders;
  /** Whether the body's `Content-Encoding` was undone by whoever read it. @defaultValue false */
  readonly isDecoded?: boolean;
  /**
   * Reads the body; `undefined` where it is larger, of which then no more is read. Rejects with a `BodyConsumed`
   * where somebody else read it.
   */
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
