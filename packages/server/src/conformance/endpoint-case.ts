/** One check. It rejects with a sentence that says what the endpoint does wrong. */
export interface EndpointCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}
