import type { Subscription } from 'rxjs';
import type { MonitorClock } from '../clock/monitor-clock.js';
import { platformClock } from '../clock/platform-clock.js';
import { listen } from '../internal/listen.js';
import { StatusMonitor } from '../internal/status-monitor.js';
import type { Verdict } from '../internal/status-source.js';
import type { NetworkEvidence } from '../ports/network-monitor.js';
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
export class BrowserNetworkMonitor extends StatusMonitor {
  readonly #options: BrowserNetworkMonitorOptions;
  #surroundings: BrowserSurroundings = {};
  /** What the latest request met on the network that the browser had then. */
  #proof: NetworkEvidence | undefined;
  #medium: string | undefined;
  #hadNetwork = true;

  constructor(options: BrowserNetworkMonitorOptions = {}) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: 'browser', reason: 'not observed yet' });
    this.#options = options;
  }

  report(evidence: NetworkEvidence): void {
    this.#proof = evidence.kind === 'unreachable' ? undefined : evidence;
    this.#judge();
  }

  protected observe(run: Subscription): void {
    this.#surroundings = this.#options.surroundings ?? platformSurroundings();
    const { events, navigator, document } = this.#surroundings;
    this.#networkChanged();
    listen(run, events, 'online', () => this.#networkChanged());
    listen(run, events, 'offline', () => this.#networkChanged());
    listen(run, navigator?.connection, 'change', () => this.#connectionChanged());
    // A frozen tab misses events. When it is looked at again, the browser's word is read anew.
    listen(run, document, 'visibilitychange', () => this.#lookAgain());
  }

  /** Another network: what requests met on the one before says nothing any more. */
  #networkChanged(): void {
    this.#medium = this.#surroundings.navigator?.connection?.type;
    this.#hadNetwork = hasNetwork(this.#surroundings);
    this.#proof = undefined;
    this.#judge();
  }

  /** Chromium also fires `change` for every new estimate; only another medium is another network. */
  #connectionChanged(): void {
    if (this.#surroundings.navigator?.connection?.type !== this.#medium) this.#networkChanged();
    else this.#judge();
  }

  #lookAgain(): void {
    if (this.#surroundings.document?.visibilityState !== 'visible') return;
    if (hasNetwork(this.#surroundings) !== this.#hadNetwork) this.#networkChanged();
    else this.#connectionChanged();
  }

  #judge(): void {
    const word = judgeBrowser(this.#surroundings);
    this.conclude(this.#proof ? judgeProof(this.#proof, word) : word);
  }
}

function hasNetwork(surroundings: BrowserSurroundings): boolean {
  return judgeBrowser(surroundings).state !== 'offline';
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

function judgeProof({ kind, source }: NetworkEvidence, word: Verdict): Verdict {
  if (kind === 'captive') return { state: 'captive', source, reason: 'something else answered a request' };
  if (word.state === 'degraded') return word;
  return { state: 'online', source, reason: 'a request was answered' };
}
