import type { ClaimRequest } from '@cpc/sync-core';
import { type ModelEntry, stateOf } from '../../src/conformance/model/model-entry.js';
import { copyOf, mapEntries, type Mutant, mutant } from './mutant.js';

const onClaim = (name: string, change: (request: ClaimRequest) => Partial<ClaimRequest>): Mutant =>
  mutant(name, (real) => ({ claim: (request) => real.claim({ ...request, ...change(request) }) }));

const freed = (entry: ModelEntry): ModelEntry => ({ ...entry, wait: 'none', dueAt: 0, delayMs: 0, token: 0 });
const isHeld = ({ wait }: ModelEntry): boolean => wait === 'leased';

export const claimMutants: readonly Mutant[] = [
  onClaim('the limit is ignored', () => ({ limit: 1_000_000 })),
  onClaim('followers go with their head', () => ({ perEntity: 1_000_000 })),
  onClaim('perEntity is ignored', () => ({ perEntity: 1 })),
  onClaim('claims come a moment early', ({ now }) => ({ now: now + 1 })),
  onClaim('claims come a moment late', ({ now }) => ({ now: now - 1 })),
  onClaim('leases last no time', () => ({ leaseMs: 0 })),
  mutant('everybody claims for everybody', (real) => ({
    claim: ({ principals: _, ...request }) => real.claim(request),
  })),
  mutant('what is blocked sleeps through its time', (real, data) => ({
    claim: async (request) => {
      const asleep = data.entries.filter(
        (entry) => entry.wait === 'scheduled' && stateOf(data.entries, entry) === 'blocked',
      );
      const claim = await real.claim(request);
      mapEntries(
        data,
        (entry) =>
          asleep.find(({ sequence }) => sequence === entry.sequence && entry.wait === 'none') ?? entry,
      );
      return claim;
    },
  })),
  mutant('nobody inherits a rank', (real) => ({
    claim: async (request) => {
      const claim = await real.claim({ ...request, limit: 1_000_000 });
      const byRank = claim.operations.toSorted((a, b) => b.rank - a.rank || a.sequence - b.sequence);
      const rest = byRank.slice(request.limit);
      await real.settle(
        claim.token,
        rest.map(({ id }) => ({ id, kind: 'release', sent: false })),
      );
      return { ...claim, operations: byRank.slice(0, request.limit) };
    },
  })),
  mutant('an inherited rank is never given back', (real, data) => ({
    discard: async (ids) => {
      const gone = await real.discard(ids);
      mapEntries(data, (entry) => {
        const { entity, rank } = entry.operation;
        const heirs = gone.filter((one) => one.entity === entity).map((one) => one.rank);
        return { ...entry, operation: { ...entry.operation, rank: Math.max(rank, ...heirs) } };
      });
      return gone;
    },
  })),
  mutant('dependencies hold for what comes later too', (real, data) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      const present = data.entries.map(({ operation }) => operation.id);
      const held = claim.operations.filter(({ dependsOn }) => dependsOn.some((id) => present.includes(id)));
      await real.settle(
        claim.token,
        held.map(({ id }) => ({ id, kind: 'release', sent: false })),
      );
      return { ...claim, operations: claim.operations.filter((one) => !held.includes(one)) };
    },
  })),
  mutant('every claim holds an operation twice', (real) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      return { ...claim, operations: [...claim.operations, ...claim.operations] };
    },
  })),
  mutant('an empty queue gives something', (real) => ({
    nextDue: async (request) => (await real.nextDue(request)) ?? request.now,
  })),
  mutant('tokens begin anew', (real, data) => ({
    claim: (request) => {
      data.lastToken = 0;
      return real.claim(request);
    },
  })),
  mutant('tokens are all alike to a settlement', (real, data) => ({
    settle: async (_token, settlements) =>
      (
        await Promise.all(
          settlements.map((one) =>
            real.settle(data.entries.find(({ operation }) => operation.id === one.id)?.token ?? 0, [one]),
          ),
        )
      ).flat(),
    renew: (_token, ids, leaseUntil, leaseMs) =>
      real.renew(
        data.entries.find(({ operation }) => operation.id === ids[0])?.token ?? 0,
        ids,
        leaseUntil,
        leaseMs,
      ),
  })),
  mutant('leases never end', (real, data) => ({
    claim: (request) => {
      mapEntries(data, (entry) => (isHeld(entry) ? { ...entry, dueAt: Infinity } : entry));
      return real.claim(request);
    },
  })),
  mutant('a claim empties the whole queue until it is settled', (real, data) => ({
    claim: async (request) =>
      data.entries.some((entry) => isHeld(entry) && entry.dueAt > request.now)
        ? { token: ++data.lastToken, leaseUntil: request.now + request.leaseMs, operations: [] }
        : real.claim(request),
  })),
  mutant('a lapsed lease leaves no trace', (real, data) => ({
    claim: (request) => {
      mapEntries(data, (entry) =>
        isHeld(entry) && entry.dueAt <= request.now ? { ...entry, attempted: false } : entry,
      );
      return real.claim(request);
    },
  })),
  mutant('a lapsed operation goes to the end', (real, data) => ({
    claim: (request) => {
      const lapsed = data.entries.filter((entry) => isHeld(entry) && entry.dueAt <= request.now);
      const moved = lapsed.map((entry) => ({ ...entry, sequence: ++data.lastSequence }));
      data.entries = [...data.entries.filter((entry) => !lapsed.includes(entry)), ...moved];
      return real.claim(request);
    },
  })),
  mutant('a look at the time ends leases', (real, data) => ({
    nextDue: (request) => {
      mapEntries(data, (entry) => (isHeld(entry) && entry.dueAt <= request.now ? freed(entry) : entry));
      return real.nextDue(request);
    },
  })),
  mutant('renewals always succeed', (real) => ({
    renew: async (token, ids, leaseUntil, leaseMs) => {
      await real.renew(token, ids, leaseUntil, leaseMs);
      return ids;
    },
  })),
  mutant('renewals change nothing', (real) => ({
    renew: (_token, ids) => real.get(ids[0] ?? '').then((found) => (found ? ids : [])),
  })),
  mutant('claimed operations are not marked', (real, data) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      mapEntries(data, (entry) => ({ ...entry, attempted: false }));
      return claim;
    },
  })),
  mutant('two claims at once overlap', (_real, data) => ({
    claim: async (request) => {
      const copy = await copyOf(data);
      const claim = await copy.claim(request);
      Object.assign(data, copy.data);
      return claim;
    },
  })),
  mutant('nextDue knows nothing', () => ({ nextDue: () => Promise.resolve(undefined) })),
  mutant('nextDue looks at everybody', (real) => ({ nextDue: ({ now }) => real.nextDue({ now }) })),
  mutant('nextDue looks at what is blocked', (real, data) => ({
    nextDue: async (request) =>
      data.entries.length === 0
        ? real.nextDue(request)
        : Math.min(...data.entries.map(({ operation }) => operation.scheduledAt)),
  })),
  mutant('clampTimes does nothing', () => ({ clampTimes: () => Promise.resolve() })),
  mutant('clampTimes lets leases lapse by a clock that was set forward', (real) => ({
    clampTimes: (now) => real.clampTimes(now),
  })),
  mutant('clampTimes makes leases longer than their length', (_real, data) => ({
    clampTimes: (_now, aheadMs = 0) => {
      mapEntries(data, (entry) =>
        entry.wait === 'leased' ? { ...entry, dueAt: entry.dueAt + aheadMs } : entry,
      );
      return Promise.resolve();
    },
  })),
  mutant('clampTimes ends every wait and lease', (_real, data) => ({
    clampTimes: () => {
      mapEntries(data, freed);
      return Promise.resolve();
    },
  })),
];
