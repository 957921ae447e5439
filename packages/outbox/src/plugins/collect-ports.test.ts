import { expect, test } from '@jest/globals';
import { isSyncError, systemClock, type QueueStorage, type SyncPlugin, type Transport } from '@cpc/sync-core';
import { collectPorts } from './collect-ports.js';

const storage = {} as QueueStorage;
const transport = {} as Transport;
const disk: SyncPlugin = { name: 'disk', queueStorage: () => storage };
const wire: SyncPlugin = { name: 'wire', transport: () => transport };

function failureOf(work: () => unknown): { code: string; message: string; details: object } {
  try {
    work();
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('runs each factory once and gives back what they made', () => {
  let made = 0;
  const counting: SyncPlugin = {
    name: 'disk',
    queueStorage: () => {
      made += 1;
      return storage;
    },
  };
  expect(collectPorts([counting, wire])).toEqual({ queueStorage: storage, transport });
  expect(made).toBe(1);
});

test('one plugin may fill several ports', () => {
  const both: SyncPlugin = { name: 'both', queueStorage: () => storage, transport: () => transport };
  expect(Object.keys(collectPorts([both]))).toEqual(['queueStorage', 'transport']);
});

test('two plugins for one port are a conflict that names both and the way out', () => {
  const failure = failureOf(() => collectPorts([disk, { ...disk, name: 'other disk' }, wire]));
  expect(failure).toMatchObject({
    code: 'PLUGIN_CONFLICT',
    details: { port: 'queueStorage', plugins: ['disk', 'other disk'] },
  });
  expect(failure.message).toMatch(/"disk", "other disk".*Remove/s);
});

test('a plugin for a port that the app has bound is a conflict', () => {
  const failure = failureOf(() => collectPorts([disk, wire], (port) => port === 'transport'));
  expect(failure).toMatchObject({
    code: 'PLUGIN_CONFLICT',
    details: { plugins: ['wire'], boundByApp: true },
  });
});

test('a missing port names the plugins that are there and one that would fill it', () => {
  const failure = failureOf(() => collectPorts([wire]));
  expect(failure).toMatchObject({
    code: 'PLUGIN_MISSING',
    details: { port: 'queueStorage', plugins: ['wire'] },
  });
  expect(failure.message).toContain('sqliteStorage()');
});

test('a port that the app has bound is not missing', () => {
  expect(collectPorts([disk], (port) => port === 'transport')).toEqual({ queueStorage: storage });
});

test('an asynchronous factory is refused with what to do instead', () => {
  const slow = { name: 'slow disk', queueStorage: () => Promise.resolve(storage) } as unknown as SyncPlugin;
  const failure = failureOf(() => collectPorts([slow, wire]));
  expect(failure).toMatchObject({ code: 'PLUGIN_INVALID', details: { port: 'queueStorage' } });
  expect(failure.message).toMatch(/"slow disk".*asynchronous.*open\(\)/s);
});

test('a factory that makes nothing is refused', () => {
  const empty = { name: 'empty', queueStorage: () => undefined } as unknown as SyncPlugin;
  expect(failureOf(() => collectPorts([empty, wire])).code).toBe('PLUGIN_INVALID');
});

test('a misspelt port is refused instead of overlooked', () => {
  const typo = { ...disk, trasport: () => transport } as SyncPlugin;
  expect(failureOf(() => collectPorts([typo, wire])).message).toContain('there is no port "trasport"');
});

test('an instance in the place of a factory is refused', () => {
  const instance = { name: 'clock', clock: systemClock } as unknown as SyncPlugin;
  expect(failureOf(() => collectPorts([disk, wire, instance])).message).toContain(
    '{ clock: () => instance }',
  );
});

test('no factory runs when the set does not fit together', () => {
  let made = 0;
  const counting: SyncPlugin = {
    name: 'disk',
    queueStorage: () => {
      made += 1;
      return storage;
    },
  };
  failureOf(() => collectPorts([counting]));
  expect(made).toBe(0);
});

test('a plugin without a name is a misuse', () => {
  expect(() => collectPorts([{ queueStorage: () => storage } as unknown as SyncPlugin])).toThrow(TypeError);
});
