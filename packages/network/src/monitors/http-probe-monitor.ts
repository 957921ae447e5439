import { Subject, type Observable, type Subscription } from 'rxjs';
import type { MonitorClock, RandomNumber } from '../clock/monitor-clock.js';
import { platformClock, platformRandom } from '../clock/platform-clock.js';
import { EvidenceLog } from '../evidence/evidence-log.js';
import type { TestimonyRules } from '../evidence/testimony.js';
import { weigh } from '../evidence/weigh.js';
import { requireCount, requireDuration } from '../internal/check-options.js';
import { listen } from '../internal/listen.js';
import { Poller } from '../internal/poller.js';
import { StatusMonitor } from '../internal/status-monitor.js';
import type { NetworkEvidence } from '../ports/network-monitor.js';
import type { WitnessMonitor } from '../ports/witness-monitor.js';
import { askHttp, type HttpProbe } from '../probe/http-probe.js';
import { requireDistinctive, type ProbeExpectation } from '../probe/probe-expectation.js';
import { platformSurroundings, type DocumentLike } from './browser-surroundings.js';

export interface HttpProbeMonitorOptions {
  /**
   * What to ask: a small answer of the server that the app syncs with. In a page best of its own origin: of
   * another one, a portal's answer without CORS headers looks like none at all.
   */
  readonly url: string | URL;
  /** How the server's answer is known from a captive portal's. */
  readonly expect: ProbeExpectation;
  /** @defaultValue 'GET' */
  readonly method?: 'GET' | 'HEAD';
  /** `error` for a `fetch` that does not know `manual`; a redirect is then `unreachable`. @defaultValue 'manual' */
  readonly redirect?: 'manual' | 'error';
  /** From a good answer to the next question, give or take a fifth. @defaultValue 30,000 */
  readonly intervalMs?: number;
  /** From the first bad answer to the next question; doubles with each further one. @defaultValue 1,000 */
  readonly retryMs?: number;
  /** What the doubling ends at. @defaultValue 60,000 */
  readonly maxRetryMs?: number;
  /** After which time an answer is no longer waited for. @defaultValue 5,000 */
  readonly timeoutMs?: number;
  /** How many questions in a row must fail before "offline". @defaultValue 2 */
  readonly failures?: number;
  /** From which latency on answers are slow, so that the network is degraded. @defaultValue 3,000 */
  readonly slowMs?: number;
  /** While it is hidden nothing is asked. @defaultValue the page's document, where there is one */
  readonly document?: DocumentLike;
  /** @defaultValue the platform's, looked up for each question */
  readonly fetch?: typeof globalThis.fetch;
  /** @defaultValue the platform's */
  readonly clock?: MonitorClock;
  /** @defaultValue `Math.random` */
  readonly random?: RandomNumber;
}

/**
 * Asks a server again and again, and knows its answer from a captive portal's page.
 *
 * - the expected answer → `online`, or `degraded` when answers are slow or get lost;
 * - another answer, or a redirect → `captive`;
 * - no answer, or a gateway's error, several times in a row → `offline`.
 *
 * It asks at an even pace while all is well and backs off while it is not. A page that is hidden asks nothing,
 * and asks at once when it is looked at again. What requests met counts as well: an answer spares a question,
 * a failure hastens the next one.
 */
export class HttpProbeMonitor extends StatusMonitor implements WitnessMonitor {
  readonly evidence$: Observable<NetworkEvidence>;
  readonly #evidence = new Subject<NetworkEvidence>();
  readonly #document: DocumentLike | undefined;
  readonly #clock: MonitorClock;
  readonly #rules: TestimonyRules;
  readonly #log: EvidenceLog;
  readonly #poller: Poller<NetworkEvidence>;

  /**
   * @throws TypeError where `expect` cannot tell a portal's page from the server's answer
   * @throws RangeError for an option that is out of range
   */
  constructor(options: HttpProbeMonitorOptions) {
    const clock = options.clock ?? platformClock;
    super(() => clock.now(), { state: 'unknown', source: 'probe', reason: 'nothing was asked yet' });
    const pace = paceOf(options);
    this.evidence$ = this.#evidence.asObservable();
    this.#document = options.document;
    this.#clock = clock;
    this.#rules = {
      failures: requireCount('failures', options.failures ?? 2),
      slowMs: requireDuration('slowMs', options.slowMs ?? 3_000),
    };
    // Long enough that the answers before the last one still count.
    this.#log = new EvidenceLog(4 * Math.max(pace.intervalMs, pace.maxRetryMs));
    const probe = probeOf(options, clock);
    this.#poller = new Poller(
      { ask: (signal) => askHttp(probe, signal), hear: (answer) => this.#met(answer) },
      { ...pace, clock, random: options.random ?? platformRandom },
    );
  }

  /** Counts while it runs. */
  report(evidence: NetworkEvidence): void {
    if (!this.running) return;
    const { state } = this.status;
    this.#judge(evidence);
    if (evidence.kind === 'answered') this.#poller.postpone();
    // While it says itself that there is none, every failed request would undo its backing off.
    else if (state !== 'offline' && state !== 'captive') this.#poller.hurry();
  }

  check(): void {
    this.#poller.askAnew();
  }

  protected observe(run: Subscription): void {
    this.#log.clear();
    const document = this.#document ?? platformSurroundings().document;
    const hidden = () => document?.visibilityState === 'hidden';
    listen(run, document, 'visibilitychange', () => {
      if (hidden()) this.#poller.pause();
      else this.#poller.resume();
    });
    this.#poller.start(run, hidden());
  }

  #met(answer: NetworkEvidence): boolean {
    this.#judge(answer);
    this.#evidence.next(answer);
    return answer.kind === 'answered';
  }

  #judge(evidence: NetworkEvidence): void {
    const nowMs = this.#clock.monotonicMs();
    this.#log.add(evidence, nowMs);
    const { state: before } = this.status;
    this.conclude(weigh({ evidence: this.#log.fresh(nowMs), hints: [], before }, this.#rules));
  }
}

function paceOf(options: HttpProbeMonitorOptions) {
  return {
    intervalMs: requireDuration('intervalMs', options.intervalMs ?? 30_000),
    retryMs: requireDuration('retryMs', options.retryMs ?? 1_000),
    maxRetryMs: requireDuration('maxRetryMs', options.maxRetryMs ?? 60_000),
    timeoutMs: requireDuration('timeoutMs', options.timeoutMs ?? 5_000),
  };
}

function probeOf(options: HttpProbeMonitorOptions, clock: MonitorClock): HttpProbe {
  const method = options.method ?? 'GET';
  requireDistinctive(options.expect, method);
  return {
    url: options.url,
    method,
    expect: options.expect,
    redirect: options.redirect ?? 'manual',
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    monotonicMs: () => clock.monotonicMs(),
  };
}
