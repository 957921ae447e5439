import { applied, rejected, type OperationHandler, type SqliteDatabase } from '@cpc/server';
import { checkChange, issuesOfChange } from '../check-change.js';
import type { PreferencesTable } from './preferences-table.js';

/** Changes a person's preferences; only their own, where the receiver knows who sends. */
export function updateHandler(table: PreferencesTable): OperationHandler<SqliteDatabase> {
  return {
    apply({ principal, payload }) {
      const { user, change } = Object(payload) as { readonly user?: unknown; readonly change?: unknown };
      if (typeof user !== 'string' || user === '') {
        return rejected('PREFERENCES_INVALID', 'user takes whose preferences are meant.');
      }
      if (!mayTouch(principal, user)) return rejected('FORBIDDEN', 'These are another person’s.', 403);
      // A device's word is checked again here.
      const issues = issuesOfChange(change);
      if (issues.length > 0) {
        return rejected('PREFERENCES_INVALID', issues.map(({ message }) => message).join('; '));
      }
      return applied(table.change(user, checkChange(change)));
    },
  };
}

/** A receiver that authenticates nobody, as on a developer's machine, has one principal, `''`. */
export function mayTouch(principal: string, user: string): boolean {
  return principal === '' || principal === user;
}
