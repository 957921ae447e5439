import type { Subscription } from 'rxjs';
import type { MonitorClock, RandomNumber } from '../clock/monitor-clock.js';
import { platformClock, platformRandom } from '../clock/platform-clock.js';
import { requireDuration } from '../internal/check-options.js';
import { PlatformMonitor } from '../internal/platform-monitor.js';
import { Poller } from '../internal/poller.js';
import type { Verdict } from '../internal/status-source.js';
import { untilAborted } from '../internal/until-aborted.js';
import type { NetworkEvidence } from '../ports/network-monitor.js';
import { outwardAddresses, platformInterfaces, type NetworkInterfaces } from './network-interfaces.js';
import type { NodeProbe } from './node-probes.js';

export interface NodeNetworkMonitorOptions {
  /** Reaches for something, see `tcpProbe` and `dnsProbe`. Without one it only knows the interfaces. */
  readonly probe?: NodeProbe;
  /** How often the interfaces are read; Node has no event for them. @defaultValue 2,000 */
  readonly interfacesMs?: number;
  /** From a probe that reached to the next one, give or take a fifth. @defaultValue 30,000 */
  readonly intervalMs?: number;
  /** From the first probe that did not to the next one; doubles with each further one. @defaultValue 1,000 */
  readonly retryMs?: number;
  /** What the doubling ends at. @defaultValue 60,000 */
  readonly maxRetryMs?: number;
  /** After which time a probe is given up. @defaultValue 5,000 */
  readonly timeoutMs?: number;
  /** @defaultValue `os.networkInterfaces` */
  readonly interfaces?: () => NetworkInterfaces;
  /** @defaultValue the platform's */
  readonly clock?: MonitorClock;
  /** @defaultValue `Math.random` */
  readonly random?: RandomNumber;
}

const SOURCE = 'node';
const NOT_PROBED = { reached: undefined, detail: '' };

/** What a probe met. */
interface Reach {
  /** `undefined` as long as none has come to an end on this network. */
  readonly reached: boolean | undefined;
  readonly detail: string;
}

/**
 * Says what the interfaces of this machine and a DNS or TCP probe know, and what reported requests met.
 *
 * - no interface with an address from outside → `offline`;
 * - the probe reaches → `online`, it does not → `offline`; without a probe → `unknown`;
 * - what requests met corrects that, as in `BrowserNetworkMonitor`; a failed one hastens the next probe.
 *
 * A container bridge or a VPN adapter looks like a way out, too; only the probe tells them apart. It cannot know a captive portal; `HttpProbeMonitor` does, and runs in Node as well.
 */
export class NodeNetworkMonitor extends PlatformMonitor {
  readonly #interfaces: () => NetworkInterfaces;
  readonly #interfacesMs: number;
  readonly #clock: MonitorClock;
  readonly #poller: Poller<Reach> | undefined;
  #addresses: readonly string[] = [];
  #reach: Reach = NOT_PROBED;

  /** @throws RangeError for an option that is out of range */
  constructor(options: NodeNetworkMonitorOptions = {}) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: SOURCE, reason: 'not observed yet' });
    this.#clock = clock;
    this.#interfaces = options.interfaces ?? platformInterfaces;
    this.#interfacesMs = requireDuration('interfacesMs', options.interfacesMs ?? 2_000);
    const pace = {
      intervalMs: requireDuration('intervalMs', options.intervalMs ?? 30_000),
      retryMs: requireDuration('retryMs', options.retryMs ?? 1_000),
      maxRetryMs: requireDuration('maxRetryMs', options.maxRetryMs ?? 60_000),
      timeoutMs: requireDuration('timeoutMs', options.timeoutMs ?? 5_000),
    };
    const { probe } = options;
    this.#poller =
      probe &&
      new Poller(
        { ask: (signal) => reach(probe, signal), hear: (answer) => this.#reached(answer) },
        { ...pace, clock, random: options.random ?? platformRandom },
      );
  }

  override report(evidence: NetworkEvidence): void {
    super.report(evidence);
    if (evidence.kind !== 'answered' && this.#reach.reached !== false) this.#poller?.hurry();
  }

  protected observe(run: Subscription): void {
    this.#reach = NOT_PROBED;
    this.#addresses = outwardAddresses(this.#interfaces);
    this.#judge();
    this.#lookLater(run);
    this.#poller?.start(run, this.#addresses.length === 0);
  }

  #lookLater(run: Subscription): void {
    const timer = this.#clock.setTimer(() => {
      run.remove(clear);
      this.#look();
      if (!run.closed) this.#lookLater(run);
    }, this.#interfacesMs);
    const clear = () => this.#clock.clearTimer(timer);
    run.add(clear);
  }

  /** Other addresses are another network, on which nothing was probed yet. */
  #look(): void {
    const addresses = outwardAddresses(this.#interfaces);
    if (addresses.join() === this.#addresses.join()) return;
    const hadNone = this.#addresses.length === 0;
    this.#addresses = addresses;
    this.#reach = NOT_PROBED;
    this.#judge();
    if (addresses.length === 0) this.#poller?.pause();
    else if (hadNone) this.#poller?.resume();
    else this.#poller?.askAnew();
  }

  #reached(reach: Reach): boolean {
    this.#reach = reach;
    this.#judge();
    return reach.reached === true;
  }

  #judge(): void {
    const network = `${this.#addresses.join()} ${String(this.#reach.reached)}`;
    this.hear(judgeNode(this.#addresses, this.#reach), network);
  }
}

/** Asks once. It never rejects: what goes wrong did not reach. */
async function reach(probe: NodeProbe, signal: AbortSignal): Promise<Reach> {
  try {
    await untilAborted(probe(signal), signal);
    return { reached: true, detail: '' };
  } catch (error) {
    return { reached: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function judgeNode(addresses: readonly string[], { reached, detail }: Reach): Verdict {
  const verdict = (state: Verdict['state'], reason: string): Verdict => ({ state, source: SOURCE, reason });
  if (addresses.length === 0) return verdict('offline', 'no interface has an address');
  if (reached === undefined) return verdict('unknown', 'there is an interface; nothing has been reached yet');
  return reached
    ? verdict('online', 'the probe reaches')
    : verdict('offline', `the probe does not reach: ${detail}`);
}
