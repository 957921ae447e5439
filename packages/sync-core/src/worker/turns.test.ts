import { expect, test } from '@jest/globals';
import { storedOperation } from '../../test/stored-operation.js';
import type { StoredOperation } from '../operation/operation-record.js';
import { candidatesOf, type Run, type Seats, turnsOf } from './turns.js';

const operation = (id: string, change: Partial<StoredOperation> = {}): StoredOperation =>
  storedOperation({ id, ...change });
const fresh = (id: string, entity?: string): StoredOperation => operation(id, { entity, attempted: false });
const tried = (id: string, startedAt = 0, entity?: string): StoredOperation =>
  operation(id, {
    entity,
    attempted: true,
    history: startedAt === 0 ? [] : [{ startedAt, durationMs: 1, outcome: 'unreachable' }],
  });

function claimed(...operations: StoredOperation[]): Run {
  return { claim: { token: 1, leaseUntil: 0, operations }, claimedAt: 0, operations };
}

const seats = (change: Partial<Seats> = {}): Seats => ({
  free: 4,
  freeForTried: 2,
  batchSize: 1,
  sendLimit: () => Infinity,
  freshFirst: false,
  ...change,
});

const idsOf = (runs: readonly Run[]): string[] =>
  runs.map(({ operations }) => operations.map(({ id }) => id).join(''));

test('those that were tried share what is theirs, and leave the rest to those that are fresh', () => {
  const candidates = candidatesOf(
    claimed(...'abcd'.split('').map((id) => tried(id)), fresh('x'), fresh('y')),
  );
  const { sends, left } = turnsOf(candidates, seats());
  expect(idsOf(sends)).toEqual(['a', 'b', 'x', 'y']);
  expect(idsOf(left)).toEqual(['c', 'd']);
});

test('a probe is one that is fresh, and else the one that was not tried for longest', () => {
  const probe = seats({ free: 1, freeForTried: 1, freshFirst: true });
  const late = tried('late', 2000);
  const early = tried('early', 1000);
  const unknown = tried('unknown');
  expect(idsOf(turnsOf(candidatesOf(claimed(late, early, fresh('x'))), probe).sends)).toEqual(['x']);
  expect(idsOf(turnsOf(candidatesOf(claimed(late, early)), probe).sends)).toEqual(['early']);
  expect(idsOf(turnsOf(candidatesOf(claimed(late, unknown)), probe).sends)).toEqual(['unknown']);
});

test('a lane of which one part was tried is cut, and its rest stands behind', () => {
  const lane = [tried('a', 1, 'e'), tried('b', 1, 'e'), fresh('c', 'e'), tried('d', 1, 'e')];
  const candidates = candidatesOf(claimed(...lane, fresh('x')));
  expect(idsOf(candidates.tried)).toEqual(['ab']);
  expect(idsOf(candidates.fresh)).toEqual(['x']);
  expect(idsOf(candidates.behind)).toEqual(['cd']);
});

test('a send holds no more than the least that one of it may share', () => {
  const limits: Record<string, number> = { a: 2, b: 2, c: 2, d: 1, e: 4, f: 4, g: 4, h: 4, i: 4 };
  const candidates = candidatesOf(claimed(...'abcdefghi'.split('').map((id) => tried(id))));
  const { sends } = turnsOf(
    candidates,
    seats({ free: 10, freeForTried: 10, batchSize: 50, sendLimit: (id) => limits[id] ?? 50 }),
  );
  expect(idsOf(sends)).toEqual(['ab', 'c', 'd', 'efgh', 'i']);
});

test('of a lane that is longer than a send the rest stands behind', () => {
  const lane = 'abc'.split('').map((id) => tried(id, 1, 'e'));
  const turns = turnsOf(candidatesOf(claimed(...lane)), seats({ batchSize: 50, sendLimit: () => 2 }));
  expect(idsOf(turns.sends)).toEqual(['ab']);
  expect(idsOf(turns.behind)).toEqual(['c']);
});

test('operations of two claims never share a send', () => {
  const one = candidatesOf(claimed(fresh('a'), fresh('b')));
  const other = candidatesOf(claimed(fresh('c')));
  const { sends } = turnsOf({ fresh: [...one.fresh, ...other.fresh], tried: [] }, seats({ batchSize: 50 }));
  expect(idsOf(sends)).toEqual(['ab', 'c']);
});
