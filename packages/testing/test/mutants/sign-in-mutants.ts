import { purgedOutcome } from '@cpc/sync-core/storage-kit';
import { mapEntries, type Mutant, mutant } from './mutant.js';

/** Storages that are wrong about who is signed in, whose lane is whose, or what a caller knows. */
export const signInMutants: readonly Mutant[] = [
  mutant('who is signed in is forgotten', (real) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      real.data.principal = undefined;
      return result;
    },
  })),
  mutant('everybody may claim on behalf of everybody', (real) => ({
    claim: ({ signedIn: _, ...request }) => real.claim(request),
  })),
  mutant('a claim for somebody else is empty without a word', (real) => ({
    claim: async (request) => {
      const { signedIn: _, ...claim } = await real.claim(request);
      return claim;
    },
  })),
  mutant('tools are held to who is signed in', (real, data) => ({
    claim: (request) =>
      real.claim({ ...request, ...(request.principals && { principals: [data.principal] }) }),
  })),
  mutant('each sign-in adopts', (real) => ({
    signIn: (principal, rules) => real.signIn(principal, { adopt: true, ...rules }),
  })),
  mutant('a sign-out adopts for nobody', (real, data) => ({
    signIn: async (principal, rules) => ({
      ...(await real.signIn(principal, rules)),
      ...(principal === undefined && {
        adopted: data.entries
          .filter((one) => one.operation.principal === undefined)
          .map((one) => one.operation.id),
      }),
    }),
  })),
  mutant('nothing is adopted', (real) => ({
    signIn: (principal, rules) => real.signIn(principal, { ...rules, adopt: false }),
  })),
  mutant('what was attempted is adopted too', (real, data) => ({
    signIn: (principal, rules) => {
      const all = data.entries.map(({ operation }) => operation.id);
      return real.signIn(principal, rules?.adopt === true ? { ...rules, adopt: all } : rules);
    },
  })),
  mutant('what stands behind an attempted one is adopted', (real, data) => ({
    signIn: (principal, rules) => {
      const fresh = data.entries.filter(({ attempted }) => !attempted).map(({ operation }) => operation.id);
      return real.signIn(principal, rules?.adopt === true ? { ...rules, adopt: fresh } : rules);
    },
  })),
  mutant('what is leased is adopted by name', (real, data) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      const named = Array.isArray(rules?.adopt) ? rules.adopt : [];
      mapEntries(data, (entry) =>
        named.includes(entry.operation.id)
          ? { ...entry, operation: { ...entry.operation, principal } }
          : entry,
      );
      return result;
    },
  })),
  mutant('what is adopted begins anew', (real, data) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      mapEntries(data, (entry) =>
        result.adopted.includes(entry.operation.id)
          ? {
              ...entry,
              wait: 'none',
              dueAt: 0,
              attempts: 0,
              history: [],
              attempted: false,
              failure: undefined,
            }
          : entry,
      );
      return result;
    },
  })),
  mutant('what is adopted goes to the end', (real, data) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      const moved = data.entries.filter(({ operation }) => result.adopted.includes(operation.id));
      data.entries = [
        ...data.entries.filter((entry) => !moved.includes(entry)),
        ...moved.map((entry) => ({ ...entry, sequence: ++data.lastSequence })),
      ];
      return result;
    },
  })),
  mutant('a purge takes nothing', (real) => ({
    signIn: (principal, rules) => real.signIn(principal, { ...rules, purge: [] }),
  })),
  mutant('a purge takes everything', (real, data) => ({
    signIn: (principal, rules) =>
      real.signIn(principal, {
        ...rules,
        ...(rules?.purge && { purge: data.entries.map(({ operation }) => operation.principal) }),
      }),
  })),
  mutant('a purge spares what is leased', (real, data) => ({
    signIn: async (principal, rules) => {
      const leased = data.entries.filter(({ wait }) => wait === 'leased');
      const result = await real.signIn(principal, rules);
      data.entries = [...new Set([...data.entries, ...leased])].sort((a, b) => a.sequence - b.sequence);
      return result;
    },
  })),
  mutant('a purge keeps what the server answered', (real, data) => ({
    signIn: async (principal, rules) => {
      const before = [...data.outcomes];
      const result = await real.signIn(principal, rules);
      data.outcomes = [...before, ...data.outcomes.slice(before.length)];
      return result;
    },
  })),
  mutant("a purge cuts down everybody's outcomes", (real, data) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      if (rules?.purge)
        data.outcomes = data.outcomes.map(({ id, sequence, ...one }) => ({
          ...purgedOutcome(one),
          id,
          sequence,
        }));
      return result;
    },
  })),
  mutant('a purge forgets outcomes', (real, data) => ({
    signIn: async (principal, rules) => {
      const result = await real.signIn(principal, rules);
      data.outcomes = data.outcomes.filter((one) => !rules?.purge?.includes(one.principal));
      return result;
    },
  })),
  mutant('a purge leaves the quarantine', (real, data) => ({
    signIn: async (principal, rules) => {
      const before = data.quarantined;
      const result = await real.signIn(principal, rules);
      data.quarantined = before;
      return result;
    },
  })),
  mutant('a purge forgets the ids', (real, data) => ({
    signIn: async (principal, rules) => {
      const before = data.entries.map(({ operation }) => operation.id);
      const result = await real.signIn(principal, rules);
      for (const id of before) if (!(await real.get(id))) data.past.delete(id);
      return result;
    },
  })),
  mutant('an entity is one lane for all', (real, data) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      const isBehind = (id: string): boolean => {
        const at = data.entries.findIndex(({ operation }) => operation.id === id);
        const entity = data.entries[at]?.operation.entity;
        return (
          entity !== undefined &&
          data.entries.slice(0, at).some(({ operation }) => operation.entity === entity)
        );
      };
      const late = claim.operations.filter(({ id }) => isBehind(id));
      await real.settle(
        claim.token,
        late.map(({ id }) => ({ id, kind: 'release', sent: false })),
      );
      return { ...claim, operations: claim.operations.filter((one) => !late.includes(one)) };
    },
  })),
  mutant('a lane inherits from those of others', (real, data) => ({
    claim: async (request) => {
      const claim = await real.claim(request);
      const best = (entity: string | undefined): number =>
        Math.max(
          0,
          ...data.entries.filter((one) => one.operation.entity === entity).map((one) => one.operation.rank),
        );
      const operations = claim.operations.toSorted(
        (a, b) => best(b.entity) - best(a.entity) || b.sequence - a.sequence,
      );
      return { ...claim, operations };
    },
  })),
  mutant('dependencies end at the lanes of others', (real, data) => ({
    enqueue: (batches, rules) =>
      real.enqueue(
        batches.map((batch) =>
          batch.map((one) => ({
            ...one,
            dependsOn: one.dependsOn.filter((id) =>
              data.entries.some(
                ({ operation }) => operation.id === id && operation.principal === one.principal,
              ),
            ),
          })),
        ),
        rules,
      ),
  })),
  mutant('everything is known to everybody', (real) => ({
    claim: ({ knows: _, ...request }) => real.claim(request),
  })),
  mutant('newer versions are known', (real) => ({
    claim: ({ knows, ...request }) =>
      real.claim({
        ...request,
        ...(knows && { knows: new Map([...knows.keys()].map((kind) => [kind, 99])) }),
      }),
  })),
  mutant('what is not known hides what is', (real, data) => ({
    claim: async ({ limit, ...request }) => {
      const strangers = data.entries.filter(({ operation }) => !request.knows?.has(operation.kind)).length;
      return real.claim({ ...request, limit: strangers > 100 && request.knows ? 0 : limit });
    },
  })),
  mutant('nextDue knows every kind', (real) => ({
    nextDue: ({ knows: _, ...request }) => real.nextDue(request),
  })),
];
