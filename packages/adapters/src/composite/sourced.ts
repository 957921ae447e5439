/** A value with where it came from. */
export interface Sourced<Value> {
  readonly value: Value;
  /** `online`: the server's, just now. `overlaid`: the server's, with waiting changes laid over it. */
  readonly source: 'online' | 'overlaid' | 'offline';
  /**
   * Why it is the offline copy's: the monitor says that there is no network, changes of the entity wait, or the
   * call failed.
   */
  readonly reason?: 'network' | 'waiting' | 'failed';
  /** When the offline copy was refreshed, where the value tells; in milliseconds since the epoch. */
  readonly keptAt?: number;
  /** How the call failed online. */
  readonly failure?: unknown;
}

/** The service's methods, each with a {@link Sourced} result. */
export type SourcedService<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Arguments) => Promise<infer Result>
    ? (...args: Arguments) => Promise<Sourced<Result>>
    : never;
};

/** Under this member a composite keeps its methods with sources; a symbol, so that it hides no method. */
export const SOURCED = Symbol.for('@cpc/adapters/sourced');

/** A service made by `composite`. */
export type Composite<Service> = Service & { readonly [SOURCED]: SourcedService<Service> };

/**
 * The same service, telling where each value came from, for a page that shows how old what it shows is:
 *
 * ```ts
 * const { value, source, keptAt } = await withSource(preferences).get('ann');
 * ```
 */
export function withSource<Service>(service: Composite<Service>): SourcedService<Service> {
  return service[SOURCED];
}
