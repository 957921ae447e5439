import type { NetworkEvidence } from '../ports/network-monitor.js';
import { StatusMonitor } from './status-monitor.js';
import type { Verdict } from './status-source.js';

/**
 * A monitor that passes on what a platform says, and lets what requests met correct it:
 *
 * - a request was answered → `online`, unless the platform calls the network `degraded`;
 * - something else answered → `captive`;
 * - a request met nothing → back to what the platform says: the server may be down, the network may be lost.
 *
 * What a request met counts until the next request, or until the platform is on another network.
 */
export abstract class PlatformMonitor extends StatusMonitor {
  #word: Verdict;
  #network: string | undefined;
  /** What the latest request met on this network. */
  #proof: NetworkEvidence | undefined;

  constructor(now: () => number, initial: Verdict) {
    super(now, initial);
    this.#word = initial;
  }

  /** Counts whether started or not. */
  report(evidence: NetworkEvidence): void {
    this.#proof = evidence.kind === 'unreachable' ? undefined : evidence;
    this.#judge();
  }

  /**
   * The platform has said something.
   *
   * @param network - names the network it is on; another name makes what requests met before worthless
   */
  protected hear(word: Verdict, network: string): void {
    if (network !== this.#network) this.#proof = undefined;
    this.#network = network;
    this.#word = word;
    this.#judge();
  }

  #judge(): void {
    this.conclude(this.#proof ? judgeProof(this.#proof, this.#word) : this.#word);
  }
}

function judgeProof({ kind, source }: NetworkEvidence, word: Verdict): Verdict {
  if (kind === 'captive') return { state: 'captive', source, reason: 'something else answered a request' };
  if (word.state === 'degraded') return word;
  return { state: 'online', source, reason: 'a request was answered' };
}
