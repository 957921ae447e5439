import { defineOperation } from '@cpc/sync-core';

/** An operation for the tests of presets. */
export const addNote = defineOperation<{ text: string }>('notes.add');

/** Where the receiver would listen. */
export const ENDPOINT = 'https://market.example/operations';

export interface RecordingFetch {
  readonly fetch: typeof globalThis.fetch;
  /** The idempotency keys of the operations that were sent, in order. */
  readonly keys: string[];
}

/** A `fetch` behind which a receiver acknowledges every operation. */
export function recordingFetch(): RecordingFetch {
  const keys: string[] = [];
  const fetch = (_input: unknown, init?: RequestInit): Promise<Response> => {
    const key = new Headers(init?.headers).get('idempotency-key')?.slice(1, -1) ?? '';
    keys.push(key);
    return Promise.resolve(Response.json({ idempotencyKey: key }));
  };
  return { fetch, keys };
}
