import type { SyncFailure } from '@cpc/sync-core';
import type { Observable } from 'rxjs';

/** A record as the person should see it; `RecordView` of `@cpc/replica`. */
export interface ShownRecord<Value = unknown> {
  readonly entity: string;
  readonly value: Value;
  /** What an operation on the record takes as its `baseVersion`. */
  readonly version?: string;
  /** What it owes to the device: nothing, or operations that are on their way, held, or refused. */
  readonly state: 'synced' | 'pending' | 'held' | 'failed';
  /** The operations that make it differ from `synced`, in their order. */
  readonly operations: readonly string[];
  /** Why it is `failed` or `held`. */
  readonly failure?: SyncFailure;
}

/** Which records of a collection, in which order. */
export interface RecordsQuery<Value = unknown> {
  /** All of the entities' path but the last part: `orders` for `orders/7`. */
  readonly collection: string;
  /** @defaultValue all of them */
  readonly where?: (record: ShownRecord<Value>) => boolean;
  /** As `Array.prototype.sort` takes it; pure. @defaultValue by entity */
  readonly order?: (a: ShownRecord<Value>, b: ShownRecord<Value>) => number;
  /** @defaultValue no bound */
  readonly limit?: number;
}

/** Records with what waits laid over them; `RecordViews` of `@cpc/replica`. */
export interface RecordSource {
  record$<Value>(entity: string): Observable<ShownRecord<Value> | undefined>;
  records$<Value>(query: RecordsQuery<Value>): Observable<readonly ShownRecord<Value>[]>;
}
