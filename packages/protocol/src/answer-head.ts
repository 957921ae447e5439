/**
 * The head of a frame that answers a request over a WebSocket: JSON on one line, a newline behind it, and then the body
 * that a batch is answered with over HTTP.
 */
export interface AnswerHead {
  /** Which request it answers, as that named itself. */
  readonly request: string;
  /** The status, as over HTTP. */
  readonly status: number;
  /** What the server's clock says, as the header `Date` over HTTP. @defaultValue nobody knows */
  readonly date?: string;
}
