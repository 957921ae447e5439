import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { filter, map, repeat, Subject, take } from 'rxjs';
import { FakeLogger, settled } from '../../test/fixtures.js';
import { EventHub } from './event-hub.js';
import type { SyncEvent } from './sync-event.js';

const BOOM = new Error('boom');
const rejected = (): Promise<never> => Promise.reject(BOOM);
const event = (id: string): SyncEvent => ({ type: 'expired', id, kind: 'k' });
const fail = (): never => {
  throw BOOM;
};

/** What RxJS would throw at the process, a turn of the event loop later. */
const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);

beforeEach(() => {
  uncaught.length = 0;
  process.on('uncaughtException', onUncaught);
});

afterEach(async () => {
  await settled();
  await new Promise((resolve) => setTimeout(resolve, 1));
  process.off('uncaughtException', onUncaught);
  expect(uncaught).toEqual([]);
});

function hubWithListeners() {
  const logger = new FakeLogger();
  const hub = new EventHub(logger);
  const heard: SyncEvent[] = [];
  return { logger, hub, heard, listen: () => hub.events$.subscribe((told) => heard.push(told)) };
}

const FAILED = { type: 'failed', failure: { code: 'LISTENER_FAILED', message: 'Error: boom' } };

test('tells every listener, in order, until it unsubscribes', () => {
  const { hub, heard, listen } = hubWithListeners();
  expect(hub.isHeard).toBe(false);
  const subscription = listen();
  expect(hub.isHeard).toBe(true);
  hub.emit(event('a'));
  hub.emit(event('b'));
  subscription.unsubscribe();
  hub.emit(event('c'));
  expect(heard).toEqual([event('a'), event('b')]);
  expect(hub.isHeard).toBe(false);
});

test('what one listener does to an event is seen by no other, nor by whom it came from', () => {
  const { hub, heard, listen } = hubWithListeners();
  const failure = { code: 'NO', message: 'no', details: { value: [1] } };
  hub.on((told) => {
    Reflect.set(told, 'type', 'spoilt');
    if (told.type === 'parked') (told.failure.details as typeof failure.details).value.push(2);
  });
  listen();
  hub.emit({ type: 'parked', id: 'a', kind: 'k', failure });
  expect(heard).toEqual([
    // What the first listener threw, trying.
    expect.objectContaining({ type: 'failed' }),
    { type: 'parked', id: 'a', kind: 'k', failure: { ...failure, details: { value: [1] } } },
  ]);
  expect(failure.details.value).toEqual([1]);
});

test('the same function may listen twice', () => {
  const { hub } = hubWithListeners();
  const listener = jest.fn();
  hub.on(listener);
  const stop = hub.on(listener);
  hub.emit(event('a'));
  expect(listener).toHaveBeenCalledTimes(2);
  stop();
  hub.emit(event('b'));
  expect(listener).toHaveBeenCalledTimes(3);
});

test('a listener that throws disturbs nobody and is reported once', () => {
  const { hub, logger, heard, listen } = hubWithListeners();
  hub.events$.subscribe(fail);
  listen();
  for (const id of ['a', 'b', 'c']) hub.emit(event(id));
  expect(heard.filter(({ type }) => type === 'expired')).toEqual([event('a'), event('b'), event('c')]);
  expect(heard.filter(({ type }) => type === 'failed')).toEqual([FAILED]);
  expect(logger.errors).toEqual([{ message: 'Error: boom', code: 'LISTENER_FAILED' }]);
});

test('each listener that throws is reported', () => {
  const { hub, logger } = hubWithListeners();
  hub.on(fail);
  hub.events$.subscribe({ next: fail });
  hub.emit(event('a'));
  hub.emit(event('b'));
  expect(logger.errors).toHaveLength(2);
});

test('a listener behind operators is guarded as well, and so are the operators', () => {
  const { hub, heard, listen } = hubWithListeners();
  hub.events$.pipe(filter(({ type }) => type === 'expired')).subscribe(fail);
  hub.events$.pipe(map(fail), take(5)).subscribe();
  listen();
  hub.emit(event('a'));
  hub.emit(event('b'));
  expect(heard.filter(({ type }) => type === 'failed')).toEqual([FAILED, FAILED]);
});

test('an observer that handles errors gets those of its operators', () => {
  const { hub, logger } = hubWithListeners();
  const error = jest.fn();
  hub.events$.pipe(map(fail)).subscribe({ error });
  hub.emit(event('a'));
  expect(error).toHaveBeenCalledWith(BOOM);
  expect(logger.errors).toEqual([]);
});

test('what throws as a stream completes is reported too', () => {
  const { hub, logger } = hubWithListeners();
  const stream = hub.stream<number>((next, complete) => {
    next(1);
    complete();
    return () => undefined;
  });
  stream.subscribe({ complete: fail });
  expect(logger.errors).toEqual([{ message: 'Error: boom', code: 'LISTENER_FAILED' }]);
});

test('tells a subject, and any observer with methods of its class, of values and of the end', () => {
  const { hub } = hubWithListeners();
  const stream = hub.stream<number>((next, complete) => {
    next(1);
    complete();
    return () => undefined;
  });
  const told: unknown[] = [];
  const subject = new Subject<number>();
  subject.subscribe({ next: (value) => told.push(value), complete: () => told.push('end') });
  stream.subscribe(subject);
  class Listener {
    readonly name = 'class';
    next(value: number): void {
      told.push(`${this.name} ${value}`);
    }
    complete(): void {
      told.push(`${this.name} end`);
    }
  }
  stream.subscribe(new Listener());
  expect(told).toEqual([1, 'end', 'class 1', 'class end']);
});

test('a subscription without a listener, and one with null, do nothing', () => {
  const { hub } = hubWithListeners();
  hub.events$.subscribe();
  // As a caller without types may do.
  hub.events$.subscribe(...([null] as unknown as []));
  expect(() => hub.emit(event('a'))).not.toThrow();
});

test('a logger that throws disturbs nobody', () => {
  const logger = new FakeLogger();
  logger.error = fail;
  const hub = new EventHub(logger);
  const heard: string[] = [];
  hub.on(({ type }) => heard.push(type));
  hub.fail(new Error('x'), 'STORAGE_FAILED');
  hub.fail(new Error('y'), 'STORAGE_FAILED');
  expect(heard).toEqual(['failed', 'failed', 'failed']);
});

test('works without a logger', () => {
  const hub = new EventHub(undefined);
  const heard = jest.fn();
  hub.on(heard);
  hub.fail('text', 'STORAGE_FAILED');
  expect(heard).toHaveBeenCalledWith({
    type: 'failed',
    failure: { code: 'STORAGE_FAILED', message: 'text' },
  });
});

test('a listener that rejects is told like one that throws, once, and is no unhandled rejection', async () => {
  const { hub, logger } = hubWithListeners();
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  hub.on(() => Promise.reject(BOOM));
  hub.events$.subscribe(() => rejected() as never);
  for (const id of ['a', 'b']) hub.emit(event(id));
  await settled();
  await new Promise((resolve) => setTimeout(resolve, 1));
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
  expect(logger.errors).toHaveLength(2);
});

test('a logger that throws, or rejects, disturbs nobody either', async () => {
  for (const error of [fail, () => rejected() as never]) {
    const logger = Object.assign(new FakeLogger(), { error });
    const hub = new EventHub(logger);
    const heard: SyncEvent[] = [];
    hub.on((told) => heard.push(told));
    hub.fail(BOOM, 'STORAGE_FAILED');
    hub.fail(BOOM, 'STORAGE_FAILED');
    await settled();
    expect(heard.filter(({ type }) => type === 'failed')).toHaveLength(3);
  }
});

test('a listener that listens anew while it is called hears of the next event, and the process goes on', () => {
  const { hub } = hubWithListeners();
  const heard: SyncEvent[] = [];
  hub.events$.pipe(take(1), repeat({ count: 1000 })).subscribe((told) => heard.push(told));
  hub.emit(event('a'));
  hub.emit(event('b'));
  expect(heard).toEqual([event('a'), event('b')]);
});

test('one that another one ends while both are told hears nothing more', () => {
  const { hub } = hubWithListeners();
  const second = jest.fn();
  hub.on(() => stop());
  const stop = hub.on(second);
  hub.emit(event('a'));
  expect(second).not.toHaveBeenCalled();
});
