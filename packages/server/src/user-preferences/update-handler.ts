import { applied, rejected } from '../answer/handler-answer.js';
import type { OperationHandler } from '../ports/operation-handler.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { PreferencesTable } from './preferences-table.js';
import { faultOfChange, type PreferencesChangeValue } from './preferences-value.js';

/** Changes a person's preferences; only their own, where the receiver knows who sends. */
export function updateHandler(table: PreferencesTable): OperationHandler<SqliteDatabase> {
  return {
    apply({ principal, payload }) {
      const { user, change } = Object(payload) as { readonly user?: unknown; readonly change?: unknown };
      if (typeof user !== 'string' || user === '') {
        return rejected('PREFERENCES_INVALID', 'user takes whose preferences are meant.');
      }
      if (!mayTouch(principal, user)) return rejected('FORBIDDEN', 'These are another person’s.', 403);
      const fault = faultOfChange(change);
      if (fault !== undefined) return rejected('PREFERENCES_INVALID', fault);
      return applied(table.change(user, change as PreferencesChangeValue));
    },
  };
}

/** A receiver that authenticates nobody, as on a developer's machine, has one principal, `''`. */
export function mayTouch(principal: string, user: string): boolean {
  return principal === '' || principal === user;
}
