import type { Bytes } from '@cpc/sync-core';

/** A request as the fault kit sees it, whatever carries it. Names of headers are in lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
}

/** An answer, complete. Names of headers are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Bytes;
  /** Headers behind the body, where HTTP/2 carries them. */
  readonly trailers?: Readonly<Record<string, string>>;
}
