import { createCollection, localOnlyCollectionOptions } from '@tanstack/db';
import { IndexedDBAdapter, startOfflineExecutor } from '@tanstack/offline-transactions';
import { payload } from './payload.mjs';

/** Its transactions cannot be made strict. It is offline while it fills, and goes online to drain. */
export const tanstack = {
  open: async (name) => {
    const storage = new CountingAdapter(name);
    const detector = new SwitchedDetector();
    const collection = createCollection(localOnlyCollectionOptions({ id: name, getKey: ({ id }) => id }));
    const executor = startOfflineExecutor({
      collections: { changes: collection },
      mutationFns: { send: async () => undefined },
      storage,
      onlineDetector: detector,
      leaderElection: new AlwaysLeader(),
      jitter: false,
    });
    await executor.waitForInit();
    let next = 0;
    const commits = [];
    const enqueueOne = () => {
      const transaction = executor.createOfflineTransaction({ mutationFnName: 'send', autoCommit: false });
      const n = next++;
      transaction.mutate(() => collection.insert({ id: `change-${n}`, ...payload(n) }));
      commits.push(transaction.commit());
    };
    return {
      enqueue: async (n) => {
        const wanted = storage.written + n;
        for (let at = 0; at < n; at++) enqueueOne();
        await storage.reaches(wanted);
      },
      drain: async () => {
        detector.goOnline();
        await Promise.all(commits);
      },
      close: () => executor.dispose(),
    };
  },
};

/** The package's own storage; it tells when how much of it is written. */
class CountingAdapter extends IndexedDBAdapter {
  written = 0;
  #waiting = [];

  async set(key, value) {
    await super.set(key, value);
    this.written += 1;
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.written >= count) resolve();
      return this.written < count;
    });
  }

  reaches(count) {
    if (this.written >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

class SwitchedDetector {
  #online = false;
  #listeners = new Set();

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  goOnline() {
    this.#online = true;
    this.notifyOnline();
  }

  notifyOnline() {
    for (const listener of this.#listeners) listener();
  }

  isOnline() {
    return this.#online;
  }

  dispose() {
    this.#listeners.clear();
  }
}

class AlwaysLeader {
  requestLeadership = () => Promise.resolve(true);
  releaseLeadership = () => undefined;
  isLeader = () => true;
  onLeadershipChange = (callback) => {
    callback(true);
    return () => undefined;
  };
}
