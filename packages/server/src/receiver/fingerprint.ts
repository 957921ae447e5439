import { hash } from 'node:crypto';
import type { ReceivedOperation } from '../ports/received-operation.js';

/**
 * What two requests with one key must have in common: kind, entity, version and payload. Of the payload it
 * takes the parsed value written anew, so that a single request and an item of a batch agree, and spaces
 * between tokens do not count. The precondition is left out: it says when to apply, not what.
 */
export function fingerprint({ kind, entity, version, payload }: ReceivedOperation): string {
  return hash('sha256', JSON.stringify([kind, entity ?? null, version, payload]), 'base64');
}
