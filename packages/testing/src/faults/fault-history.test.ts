import { expect, test } from '@jest/globals';
import { FaultHistory } from './fault-history.js';

function historyOf(
  ...records: readonly (readonly [number, ...(readonly [string, string])[]])[]
): FaultHistory {
  const history = new FaultHistory();
  for (const [at, ...operations] of records) {
    history.add({ at, fault: 'ok', operations: operations.map(([id, bytes]) => ({ id, bytes })) });
  }
  return history;
}

test('tells an operation’s attempts and the times between them', () => {
  const history = historyOf(
    [5, ['a', '1']],
    [10, ['b', '2'], ['a', '1']],
    [12, ['b', '2']],
    [40, ['a', '1']],
  );
  expect(history.attempts('a').map(({ at }) => at)).toEqual([5, 10, 40]);
  expect(history.delays('a')).toEqual([5, 30]);
  expect(history.delays('unknown')).toEqual([]);
  expect(history.faults('b')).toEqual(['ok', 'ok']);
});

test('names the operations whose repeats were other bytes', () => {
  expect(historyOf([0, ['a', '1']], [1, ['a', '1'], ['b', '2']]).changedRepeats()).toEqual([]);
  const changed = historyOf([0, ['a', '1'], ['b', '2']], [1, ['a', '1 ']], [2, ['b', '2']], [3, ['a', '1']]);
  expect(changed.changedRepeats()).toEqual(['a']);
  expect(changed.forms('a')).toEqual(['1', '1 ']);
});
