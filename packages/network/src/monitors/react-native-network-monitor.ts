import type { Subscription } from 'rxjs';
import type { MonitorClock } from '../clock/monitor-clock.js';
import { platformClock } from '../clock/platform-clock.js';
import { PlatformMonitor } from '../internal/platform-monitor.js';
import type { Verdict } from '../internal/status-source.js';
import type { AppStateLike, NetInfoLike, NetInfoStateLike } from './react-native-surroundings.js';

export interface ReactNativeNetworkMonitorOptions {
  /** The default export of `@react-native-community/netinfo`, or what is like it. */
  readonly netInfo: NetInfoLike;
  /** React Native's `AppState`: the network is looked at again when the app comes to the front. */
  readonly appState?: AppStateLike;
  /** @defaultValue the platform's */
  readonly clock?: Pick<MonitorClock, 'now'>;
}

/**
 * Says what NetInfo knows, and what requests that were reported to it met. It sends nothing itself.
 *
 * - no connection, or one on which NetInfo's own test fails → `offline`, until a request is answered all the
 *   same: the test asks a public server, which some networks block;
 * - the test passes → `online`, or `degraded` on 2G;
 * - connected but not tested yet → `unknown`;
 * - what requests met corrects all of that, as in `BrowserNetworkMonitor`.
 */
export class ReactNativeNetworkMonitor extends PlatformMonitor {
  readonly #netInfo: NetInfoLike;
  readonly #appState: AppStateLike | undefined;

  constructor(options: ReactNativeNetworkMonitorOptions) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: 'netinfo', reason: 'not observed yet' });
    this.#netInfo = options.netInfo;
    this.#appState = options.appState;
  }

  protected observe(run: Subscription): void {
    const hear = (state: NetInfoStateLike) => {
      if (!run.closed) this.hear(judgeNetInfo(state), networkOf(state));
    };
    run.add(this.#netInfo.addEventListener(hear));
    const subscription = this.#appState?.addEventListener('change', (state) => {
      if (state === 'active') this.#refresh(hear);
    });
    run.add(() => subscription?.remove());
  }

  /** Where it fails the latest event stands, which is all that is known without it. */
  #refresh(hear: (state: NetInfoStateLike) => void): void {
    this.#netInfo.refresh?.().then(hear, () => undefined);
  }
}

function networkOf({ type, isConnected, isInternetReachable }: NetInfoStateLike): string {
  return [type, isConnected, isInternetReachable].join();
}

function judgeNetInfo({ type, isConnected, isInternetReachable, details }: NetInfoStateLike): Verdict {
  const verdict = (state: Verdict['state'], reason: string): Verdict => ({
    state,
    source: 'netinfo',
    reason,
  });
  if (isConnected === false || type === 'none') return verdict('offline', 'the device has no connection');
  if (isInternetReachable === false)
    return verdict('offline', `connected by ${type}, but the internet does not answer`);
  if (details?.cellularGeneration === '2g') return verdict('degraded', 'connected by 2G');
  if (isInternetReachable) return verdict('online', `connected by ${type}, and the internet answers`);
  return verdict('unknown', 'no request has been answered yet');
}
