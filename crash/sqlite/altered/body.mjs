/**
 * All that is sent of an operation, byte for byte, in the words of the judge: who numbers the changes of a lane, and of
 * whom they are, is part of it.
 *
 * @param {{ id: string, kind: string, entity?: string, principal?: string, version: number, timestamp: string,
 *   createdAt: number, expiresAt?: number, baseVersion?: string }} operation
 * @param {string} payload
 */
export function bodyOf(operation, payload) {
  const { id, kind, entity, principal, version, timestamp, createdAt, expiresAt, baseVersion } = operation;
  return JSON.stringify({
    entity: `${principal ?? ''}:${entity ?? id}`,
    n: JSON.parse(payload).n,
    kind,
    version,
    timestamp,
    createdAt,
    expiresAt,
    baseVersion,
    payload,
  });
}
