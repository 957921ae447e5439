import type { LeaseRecord } from '@cpc/storage-sqlite';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { amount, duration, moment } from '../terminal/durations.js';

/**
 * - `live`: its holder may be sending now.
 * - `stale`: it ended, and nobody has claimed since.
 * - `ahead`: it ends later than a lease that was taken now would: the clock was set back.
 */
export type LeaseCondition = 'live' | 'stale' | 'ahead';

export function conditionOf({ leaseUntil, leaseMs }: LeaseRecord, now: number): LeaseCondition {
  if (leaseUntil <= now) return 'stale';
  return leaseUntil > now + leaseMs ? 'ahead' : 'live';
}

/** A lease in words: whose it is, what it holds and until when. */
export function describeLease({ token, ids, leaseUntil }: LeaseRecord, now: number): string {
  const held = ids.length === 1 ? `operation ${ids[0] ?? ''}` : amount(ids.length, 'operation');
  const first = ids.length > 1 ? `, the first ${ids[0] ?? ''},` : '';
  return `the worker with claim ${token} holds ${held}${first} until ${moment(leaseUntil)}, for ${duration(leaseUntil - now)} more`;
}

/** Refuses to go on while a worker may be sending. */
export function refuseWhileLeased(leases: readonly LeaseRecord[], now: number, again: string): void {
  const held = leases.filter((lease) => conditionOf(lease, now) === 'live');
  const ahead = leases.filter((lease) => conditionOf(lease, now) === 'ahead');
  const [first] = [...held, ...ahead].toSorted((a, b) => b.leaseUntil - a.leaseUntil);
  if (first === undefined) return;
  const advice =
    ahead.length > 0
      ? `That is longer than a lease lasts, so the clock was set back: ${again}`
      : 'Stop that worker, which gives its leases back, or wait until then.';
  throw new CliError(
    EXIT.inUse,
    `The queue is in use: ${describeLease(first, now)}. Nothing was changed. ${advice}`,
  );
}
