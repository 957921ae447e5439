import { BrowserNetworkMonitor } from '../src/index.js';

const monitor = new BrowserNetworkMonitor();
monitor.register(({ state }) => postMessage(state));
void monitor.start().then(() => {
  monitor.report({ kind: 'answered', source: 'worker' });
});
