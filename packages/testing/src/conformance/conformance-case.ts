/** One statement of a port's contract as a function: it resolves where the statement holds, and rejects where not. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}
