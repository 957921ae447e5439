import type { Subscription } from 'rxjs';
import type { MonitorClock } from '../clock/monitor-clock.js';
import { platformClock } from '../clock/platform-clock.js';
import { listen } from '../internal/listen.js';
import { PlatformMonitor } from '../internal/platform-monitor.js';
import type { Verdict } from '../internal/status-source.js';
import { platformSurroundings, type BrowserSurroundings } from './browser-surroundings.js';

export interface BrowserNetworkMonitorOptions {
  /** What to look at. @defaultValue the globals of this page or worker, looked up by `start` */
  readonly surroundings?: BrowserSurroundings;
  /** @defaultValue the platform's */
  readonly clock?: Pick<MonitorClock, 'now'>;
}

/**
 * Says what the browser knows, and what requests that were reported to it met. It sends nothing.
 *
 * `navigator.onLine` lies both ways. `true` means that there is some network, be it a virtual adapter or a
 * portal that wants a sign-in; `false` is wrong now and then behind a VPN. So:
 *
 * - the browser says no network → `offline`, until it says otherwise or a request is answered all the same;
 * - it says network → `unknown`, or `degraded` where it estimates 2G: nobody has asked the server yet;
 * - a request was answered → `online`, and a portal answered → `captive`, until a later request or a change of
 *   the network says otherwise;
 * - a request met nothing → back to what the browser says: the server may be down, the network may be lost.
 *
 * In a worker it goes without a document; where there is no browser at all, as in server-side rendering,
 * it stays `unknown` until requests are reported.
 */
export class BrowserNetworkMonitor extends PlatformMonitor {
  readonly #options: BrowserNetworkMonitorOptions;

  constructor(options: BrowserNetworkMonitorOptions = {}) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: 'browser', reason: 'not observed yet' });
    this.#options = options;
  }

  protected observe(run: Subscription): void {
    const surroundings = this.#options.surroundings ?? platformSurroundings();
    const { events, navigator, document } = surroundings;
    const look = () => this.hear(judgeBrowser(surroundings), networkOf(surroundings));
    look();
    listen(run, events, 'online', look);
    listen(run, events, 'offline', look);
    listen(run, navigator?.connection, 'change', look);
    // A frozen tab misses events. When it is looked at again, the browser's word is read anew.
    listen(run, document, 'visibilitychange', () => {
      if (document?.visibilityState === 'visible') look();
    });
  }
}

/** Another medium is another network. Chromium fires `change` for every new estimate of the same one, too. */
function networkOf({ navigator }: BrowserSurroundings): string {
  return `${String(navigator?.onLine)} ${navigator?.connection?.type ?? ''}`;
}

function judgeBrowser({ events, navigator }: BrowserSurroundings): Verdict {
  const verdict = (state: Verdict['state'], reason: string): Verdict => ({
    state,
    source: 'browser',
    reason,
  });
  if (navigator?.onLine === false) return verdict('offline', 'the browser says that there is no network');
  const { type, effectiveType } = navigator?.connection ?? {};
  if (type === 'none') return verdict('offline', 'the browser says that there is no connection');
  if (effectiveType === '2g' || effectiveType === 'slow-2g')
    return verdict('degraded', `the browser estimates a connection like ${effectiveType}`);
  return navigator?.onLine === undefined || !events
    ? verdict('unknown', 'there is no browser here that could tell')
    : verdict('unknown', 'the browser has a network; no request has been answered yet');
}
