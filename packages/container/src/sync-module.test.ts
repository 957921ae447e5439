import { expect, test } from '@jest/globals';
import { Container } from 'inversify';
import {
  defineOperation,
  MemoryQueueStorage,
  SyncQueue,
  systemClock,
  type Logger,
  type SyncPlugin,
  type Transport,
} from '@cpc/sync-core';
import { ManualClock } from '@cpc/sync-core/deterministic';
import { syncModule } from './sync-module.js';
import { TOKENS } from './tokens.js';

/** What the queue shares with its workers; no API, and so not in its types. */
const contextOf = (queue: object) =>
  Reflect.get(queue, Symbol.for('@cpc/QueueContext')) as {
    readonly clock: unknown;
    readonly logger: unknown;
    readonly hub: { readonly isHeard: boolean };
    readonly refreshers: { readonly size: number };
  };

const operations = [defineOperation('notes.add')];
const transport: Transport = { send: () => Promise.resolve([]) };
const memory: SyncPlugin = { name: 'memory', queueStorage: () => new MemoryQueueStorage() };
const wire: SyncPlugin = { name: 'wire', transport: () => transport };

test("binds queue, worker and ports in an app's own container, each once", () => {
  const container = new Container();
  container.load(syncModule([memory, wire], { operations }));
  const queue = container.get(TOKENS.queue);
  expect(queue).toBeInstanceOf(SyncQueue);
  expect(container.get(TOKENS.queue)).toBe(queue);
  expect(container.get(TOKENS.queueStorage)).toBe(queue.storage);
  expect(container.get(TOKENS.worker)).toBe(container.get(TOKENS.worker));
});

test('takes a port that the app has bound itself', () => {
  const container = new Container();
  const clock = new ManualClock();
  container.bind(TOKENS.clock).toConstantValue(clock);
  container.load(syncModule([memory, wire], { operations }));
  expect(contextOf(container.get(TOKENS.queue)).clock).toBe(clock);
});

test('takes the clock of the platform where nobody gives one', () => {
  const container = new Container();
  container.load(syncModule([memory, wire], { operations }));
  expect(contextOf(container.get(TOKENS.queue)).clock).toBe(systemClock);
});

test('passes a logger on where there is one', () => {
  const silent = (): void => undefined;
  const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };
  const container = new Container();
  container.load(syncModule([memory, wire, { name: 'log', logger: () => logger }], { operations }));
  expect(contextOf(container.get(TOKENS.queue)).logger).toBe(logger);
});

test('loading it throws where the plugins do not fit, before anybody asks for the queue', () => {
  const container = new Container();
  expect(() => container.load(syncModule([memory], { operations }))).toThrow(
    'No plugin fills the port "transport"',
  );
  expect(container.isBound(TOKENS.queue)).toBe(false);
});

test('refuses a plugin for a port that the app has bound', () => {
  const container = new Container();
  container.bind(TOKENS.transport).toConstantValue(transport);
  expect(() => container.load(syncModule([memory, wire], { operations }))).toThrow(
    'The container has a binding for it already',
  );
});

test('a token is the same symbol in a second copy of the package', () => {
  expect(TOKENS.queue).toBe(Symbol.for('@cpc/queue'));
});
