import { defineOperation, OperationPriority, type OperationDefinition } from '@cpc/sync-core';
import { checkChange, issuesOfChange } from './check-change.js';
import { joinChanges, type PreferencesChange } from './preferences.js';

/** The payload of {@link updatePreferences}. */
export interface PreferencesUpdate {
  readonly user: string;
  readonly change: PreferencesChange;
}

/** What orders the changes of one person. */
export function preferencesEntity(user: string): string {
  return `preferences/${user}`;
}

/**
 * The operation that carries a change to the server; the queue must know it. Changes of one person that wait go
 * out as one. The server's half is in `@cpc/user-preferences/server`.
 */
export const updatePreferences: OperationDefinition<PreferencesUpdate> = defineOperation<PreferencesUpdate>(
  'preferences.update',
  {
    schema: {
      '~standard': {
        version: 1,
        vendor: '@cpc/user-preferences',
        validate: (value) => {
          const { user, change } = Object(value) as Partial<PreferencesUpdate>;
          if (typeof user !== 'string' || user === '') {
            return { issues: [{ message: 'user takes a text', path: ['user'] }] };
          }
          const issues = issuesOfChange(change);
          return issues.length > 0 ? { issues } : { value: { user, change: checkChange(change) } };
        },
      },
    },
    entity: ({ user }) => preferencesEntity(user),
    priority: OperationPriority.High,
    coalesce: {
      merge: (waiting, incoming) => ({ ...incoming, change: joinChanges(waiting.change, incoming.change) }),
    },
  },
);
