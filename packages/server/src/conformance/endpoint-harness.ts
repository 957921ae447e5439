/**
 * What the suite has to know of an endpoint. The endpoint must be one for tests: the suite leaves operations on
 * it. Keys are fresh in each run.
 */
export interface EndpointHarness {
  /** Where batches go; single operations go to `<endpoint>/<kind>`. */
  readonly endpoint: string;
  /** Headers that sign somebody in; two people, who are different. */
  readonly principals: readonly [HeaderFields, HeaderFields];
  /**
   * What a device calls each of the two, and says in `Sync-Principal`. Absent where the endpoint does not compare that
   * with whom it authenticated; then it cannot tell one person's operation under another's credentials.
   */
  readonly names?: readonly [string, string];
  /** A kind whose operations have an effect that can be counted. */
  readonly kind: string;
  /** A payload that this kind takes, another one for each number. */
  readonly payload: (number: number) => unknown;
  /** A payload that this kind refuses by its content (422). */
  readonly refusedPayload: unknown;
  /** How many effects there have been, by whomever. */
  readonly effects: () => Promise<number>;
  /** A kind with versions, and an entity that it takes any number of payloads for. */
  readonly versioned?: {
    readonly kind: string;
    readonly entity: string;
    readonly payload: (number: number) => unknown;
  };
  /** What the endpoint does not do, and therefore is not asked for. */
  readonly supports: {
    readonly authentication: boolean;
    readonly batches: boolean;
  };
  /** @defaultValue the platform's `fetch` */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** Headers as a plain object. */
type HeaderFields = Readonly<Record<string, string>>;
