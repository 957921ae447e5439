import type { Bytes, PayloadCodec } from '@cpc/sync-core';
import type { CodecKeys } from '@cpc/sync-core/storage-kit';
import type { ModelEntry } from './model-entry.js';

/** What the model asks of a codec's keys. */
export type ModelKeys = Pick<CodecKeys, 'ownCheck' | 'meet' | 'proveBy' | 'isProven' | 'trust' | 'judge'>;

/** A payload and what a codec once made of it. */
export interface ModelSeal {
  readonly payload: string;
  readonly sealed: Bytes;
}

/** An entry that a codec refused, as it was. */
export interface ModelAside {
  readonly entry: ModelEntry;
  readonly sealed: Bytes;
}

/** What a codec has to do with the model: what it made of each payload, and the checks of its keys. */
export interface ModelCodecData {
  codec: PayloadCodec | undefined;
  keys: ModelKeys | undefined;
  readonly checks: Map<string, Bytes>;
  readonly seals: Map<string, ModelSeal>;
  readonly aside: Map<number, ModelAside>;
}
