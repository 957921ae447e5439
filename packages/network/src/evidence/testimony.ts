import type { HeardEvidence } from './evidence-log.js';

/**
 * What one source has to say: its requests get through, some of them do, something else answers, none gets
 * through; `undefined` where it has met too little to say anything.
 */
export type Testimony = 'through' | 'lossy' | 'captive' | 'cut' | undefined;

export interface TestimonyRules {
  /** Failures in a row that make a cut. */
  readonly failures: number;
  /** An answer that took longer is a slow one. */
  readonly slowMs: number;
}

/** A source that loses this share of its requests is lossy, from the second loss on. */
const LOSSY_SHARE = 0.25;

/**
 * Hears one source. An outage that is over is over: its failures are no losses, unless it was the second one.
 *
 * @param heard - the fresh evidence of the source, oldest first
 */
export function hear(heard: readonly HeardEvidence[], rules: TestimonyRules): Testimony {
  const last = heard.at(-1);
  if (!last) return undefined;
  if (last.kind === 'captive') return 'captive';
  const { answers, losses, outages, failing } = tally(heard, rules.failures);
  if (failing >= rules.failures) return 'cut';
  if (answers === 0) return undefined;
  const lossy = outages > 1 || (losses > 1 && losses / (answers + losses) >= LOSSY_SHARE);
  return lossy || isSlow(heard, rules.slowMs) ? 'lossy' : 'through';
}

interface Tally {
  readonly answers: number;
  /** Failures that made no outage. */
  readonly losses: number;
  /** Outages that are over. */
  readonly outages: number;
  /** Failures since the latest answer. */
  readonly failing: number;
}

function tally(heard: readonly HeardEvidence[], failures: number): Tally {
  let [answers, losses, outages, failing] = [0, 0, 0, 0];
  for (const { kind } of heard) {
    if (kind === 'unreachable') failing++;
    if (kind !== 'answered') continue;
    if (failing >= failures) {
      outages++;
      [answers, losses] = [0, 0];
    } else losses += failing;
    answers++;
    failing = 0;
  }
  return { answers, losses: losses + failing, outages, failing };
}

/** Two slow answers in a row; a single one may be the server's own pause. */
function isSlow(heard: readonly HeardEvidence[], slowMs: number): boolean {
  const latest = heard.filter(({ kind }) => kind === 'answered').slice(-2);
  return latest.length === 2 && latest.every(({ latencyMs = 0 }) => latencyMs > slowMs);
}
