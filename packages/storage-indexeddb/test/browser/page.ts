import { queueStorageCases } from '@cpc/testing';
import { storageHarness } from '../storage-harness.js';

/** What the test outside calls in the page. */
declare global {
  var conformance: {
    readonly names: readonly string[];
    run(name: string): Promise<void>;
    /** Runs a case in a service worker, which is this same script, and tells what went wrong, if anything. */
    runInServiceWorker(name: string): Promise<string | undefined>;
  };
}

interface Answer {
  readonly failure?: string;
}

let databases = 0;
const scope = 'document' in globalThis ? 'page' : 'worker';
const cases = new Map(
  queueStorageCases(() => storageHarness(`conformance-${scope}-${++databases}`)).map(({ name, run }) => [
    name,
    run,
  ]),
);

async function runInServiceWorker(name: string): Promise<string | undefined> {
  await navigator.serviceWorker.register('/page.js', { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  if (active === null) return 'no service worker is active';
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise<string | undefined>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data.failure);
  });
  active.postMessage(name, [port2]);
  return answered;
}

globalThis.conformance = {
  names: [...cases.keys()],
  run: async (name) => cases.get(name)?.(),
  runInServiceWorker,
};

if (scope === 'worker') {
  globalThis.addEventListener('message', (event) => {
    const { data, ports } = event as MessageEvent<string>;
    const run = cases.get(data);
    const done = run === undefined ? Promise.reject(new Error(`no case ${data}`)) : run();
    done.then(
      () => ports[0]?.postMessage({}),
      (error: unknown) => ports[0]?.postMessage({ failure: String(error) }),
    );
  });
}
