/**
 * The part of a Standard Schema (standardschema.dev) that is used; Zod, Valibot, ArkType and others satisfy it. Its
 * input may be anything: it is what a device sent.
 */
export interface PayloadSchema<Payload> {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult<Payload> | Promise<SchemaResult<Payload>>;
  };
}

type SchemaResult<Payload> =
  { readonly value: Payload; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A kind of operation that device and server share. `defineOperation` of `@cpc/sync-core` makes one. */
export interface SharedDefinition<Payload> {
  readonly kind: string;
  /** Version of the payload's shape. */
  readonly version: number;
  /** It must take what it gives: a device sends what the schema gave. */
  readonly schema?: PayloadSchema<Payload> | undefined;
  /** How a payload of version n becomes one of version n + 1, by n. */
  readonly upcast?: Readonly<Record<number, (payload: unknown) => unknown>> | undefined;
}
