import { queueStorageCases } from '@cpc/testing';
import { storageHarness } from '../storage-harness.js';

/** What the test outside calls in the page. */
declare global {
  interface Window {
    conformance: {
      readonly names: readonly string[];
      run(name: string): Promise<void>;
    };
  }
}

let databases = 0;
const cases = new Map(
  queueStorageCases(() => storageHarness(`conformance-${++databases}`)).map(({ name, run }) => [name, run]),
);

window.conformance = {
  names: [...cases.keys()],
  run: async (name) => cases.get(name)?.(),
};
