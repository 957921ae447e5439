import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/fixtures.js';
import { ManualClock } from '../deterministic.js';
import { toOperation } from '../operation/to-operation.js';
import type { Conflict, ConflictResolver, RemoteRecord, Resolution } from '../ports/conflict-resolver.js';
import { clientWins, defer, serverWins, TimestampConflictResolver } from './resolvers.js';

const NOW = 1_700_000_000_000;
const signal = new AbortController().signal;
const stamp = (ms: number, counter = 0, node = 'local'): string =>
  `${ms.toString(36).padStart(9, '0')}-${counter.toString(36).padStart(4, '0')}-${node}`;

const conflict = (timestamp: string, remote: RemoteRecord): Conflict => ({
  operation: toOperation(storedOperation('a', { timestamp })),
  local: { a: 1 },
  remote,
  base: undefined,
  round: 0,
});

const decide = (
  resolver: ConflictResolver,
  local: string,
  remote: string | number | undefined,
): Resolution['kind'] => {
  const record = remote === undefined ? { value: {} } : { value: {}, timestamp: remote };
  return (resolver.resolve(conflict(local, record), { signal }) as Resolution).kind;
};

const lastWriterWins = new TimestampConflictResolver({ clock: new ManualClock({ now: NOW }) });

test.each<[string, string, string | number | undefined, Resolution['kind']]>([
  ['the later writer wins', stamp(NOW), stamp(NOW - 1), 'use-local'],
  ['the later writer wins, on the server as well', stamp(NOW - 1), stamp(NOW), 'use-remote'],
  ['the counter decides within a millisecond', stamp(NOW, 2), stamp(NOW, 1, 'x'), 'use-local'],
  ['the node decides what nothing else does', stamp(NOW, 1, 'b'), stamp(NOW, 1, 'a'), 'use-local'],
  ['a tie goes to the server', stamp(NOW, 1), stamp(NOW, 1), 'use-remote'],
  ['plain milliseconds are timestamps', stamp(NOW), NOW - 1, 'use-local'],
  ['a server without a timestamp wins', stamp(NOW), undefined, 'use-remote'],
  ['a server whose timestamp cannot be read wins', stamp(NOW), 'yesterday', 'use-remote'],
  ['a local change without a timestamp gives way', '', stamp(NOW), 'use-remote'],
])('%s', (_, local, remote, expected) => {
  expect(decide(lastWriterWins, local, remote)).toBe(expected);
});

test('a clock that runs years ahead wins nothing, on neither side', () => {
  const years = 1e11;
  expect(decide(lastWriterWins, stamp(NOW + 60_000), stamp(NOW + years))).toBe('use-local');
  expect(decide(lastWriterWins, stamp(NOW - years), stamp(NOW + years))).toBe('use-local');
  expect(decide(lastWriterWins, stamp(NOW + years), stamp(NOW - years))).toBe('use-remote');
  expect(decide(lastWriterWins, stamp(NOW + years), stamp(NOW + years - 1))).toBe('use-remote');
  const strict = new TimestampConflictResolver({ clock: new ManualClock({ now: NOW }), maxSkewMs: 0 });
  expect(decide(strict, stamp(NOW + years), stamp(NOW, 5))).toBe('use-remote');
});

test('the present is that of the server, where it is known', () => {
  const [local, remote] = [stamp(NOW + 3_600_000), { value: {}, timestamp: NOW + 3_599_000 }];
  const behind = { ...conflict(local, remote), now: NOW + 3_600_000 };
  expect(lastWriterWins.resolve(behind)).toEqual({ kind: 'use-local' });
  expect(lastWriterWins.resolve(conflict(local, remote))).toEqual({ kind: 'use-remote' });
});

test('the simple resolvers say one thing', () => {
  expect(decide(serverWins, stamp(NOW), 0)).toBe('use-remote');
  expect(decide(clientWins, '', NOW)).toBe('use-local');
  expect(decide(defer, stamp(NOW), NOW)).toBe('defer');
});
