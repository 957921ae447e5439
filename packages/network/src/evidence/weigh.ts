import type { Verdict } from '../internal/status-source.js';
import type { NetworkState, NetworkStatus } from '../ports/network-monitor.js';
import type { HeardEvidence } from './evidence-log.js';
import { hear, type Testimony, type TestimonyRules } from './testimony.js';

/** All that there is to judge by. */
export interface Case {
  /** Fresh evidence, a list for each source, oldest first. */
  readonly evidence: readonly (readonly HeardEvidence[])[];
  /** What the platform says. */
  readonly hints: readonly NetworkStatus[];
  /** What was concluded before. */
  readonly before: NetworkState;
}

/** Trying is the way to find out, so of several hints the most hopeful one counts. */
const HOPE: readonly NetworkState[] = ['online', 'degraded', 'captive', 'offline'];

/**
 * Weighs evidence and hints. The rules, first match first:
 *
 * 1. What requests and probes met beats what the platform says. All through: `online`; all cut: `offline`;
 *    all captive: `captive`; lossy, or sources that disagree while something gets through: `degraded`.
 * 2. Hints speak where there is no evidence. `unknown` is no hint. The most hopeful one counts.
 * 3. `online` stays until something contradicts it; bad news without fresh evidence becomes `unknown`, so that
 *    somebody tries again.
 *
 * Where the platform says that there is no network, one failure makes a cut.
 */
export function weigh({ evidence, hints, before }: Case, rules: TestimonyRules): Verdict {
  const hint = HOPE.map((state) => hints.find((status) => status.state === state)).find(Boolean);
  const failures = hint?.state === 'offline' ? 1 : rules.failures;
  const witnesses = evidence
    .map((heard) => ({ says: hear(heard, { ...rules, failures }), last: heard.at(-1) }))
    .filter((witness): witness is Witness => witness.says !== undefined && witness.last !== undefined)
    .sort((one, other) => other.last.atMs - one.last.atMs);
  if (witnesses.length > 0) return judge(witnesses, hints.length > 0 && hint?.state !== 'offline');
  if (hint) return { state: hint.state, source: hint.source, reason: hint.reason };
  return before === 'online'
    ? {
        state: 'online',
        source: 'evidence',
        reason: 'requests were answered, and nothing spoke against it since',
      }
    : { state: 'unknown', source: 'evidence', reason: 'nothing was observed lately' };
}

interface Witness {
  readonly says: NonNullable<Testimony>;
  readonly last: HeardEvidence;
}

/** @param witnesses - at least one, the latest to speak first */
function judge(witnesses: readonly Witness[], platformHasNetwork: boolean): Verdict {
  const find = (says: Testimony) => witnesses.find((witness) => witness.says === says)?.last;
  const [lossy, through, captive, cut] = [find('lossy'), find('through'), find('captive'), find('cut')];
  if (lossy) return verdict('degraded', lossy, 'requests are slow or get lost');
  if (through && (cut || captive))
    return verdict(
      'degraded',
      through,
      `requests get through, but not those of ${(cut ?? captive)?.source ?? ''}`,
    );
  if (through) return verdict('online', through, 'requests are answered');
  if (captive) return verdict('captive', captive, 'something else answers instead of the server');
  const words = platformHasNetwork
    ? 'the server does not answer, though the platform reports no loss of the network'
    : 'nothing gets through';
  return verdict('offline', cut, words);
}

function verdict(state: NetworkState, decisive: HeardEvidence | undefined, words: string): Verdict {
  const reason = decisive?.detail === undefined ? words : `${words}: ${decisive.detail}`;
  return { state, source: decisive?.source ?? 'evidence', reason };
}
