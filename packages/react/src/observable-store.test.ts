import { expect, test } from '@jest/globals';
import { BehaviorSubject, Subject } from 'rxjs';
import { ObservableStore } from './observable-store.js';

test('gives the same value until there is another, and tells of each', () => {
  const source = new BehaviorSubject({ n: 1 });
  const store = new ObservableStore(source, { n: 0 });
  expect(store.read()).toEqual({ n: 0 });
  let told = 0;
  const stop = store.subscribe(() => (told += 1));
  expect([store.read(), told]).toEqual([{ n: 1 }, 1]);
  expect(store.read()).toBe(store.read());
  source.next({ n: 2 });
  expect([store.read(), told]).toEqual([{ n: 2 }, 2]);
  stop();
  expect(source.observed).toBe(false);
});

test('a failed source is thrown where it is read, for an error boundary to show', () => {
  const source = new Subject<number>();
  const store = new ObservableStore(source, 0);
  store.subscribe(() => undefined);
  source.error(new Error('the storage is gone'));
  expect(() => store.read()).toThrow('the storage is gone');
});

test('subscribing twice, as StrictMode does, leaves one subscription when the first is given up', () => {
  const source = new BehaviorSubject(1);
  const store = new ObservableStore(source, 0);
  store.subscribe(() => undefined)();
  const stop = store.subscribe(() => undefined);
  expect(source.observed).toBe(true);
  stop();
  expect(source.observed).toBe(false);
});
