import { defineOperation, OperationPriority, type StandardSchema } from '@cpc/sync-core';
import { isChoice, type Field } from './preferences.js';

type Change<F extends Field> = { readonly [K in F]: string };

/** Takes exactly `{ [field]: choice }`. Any Standard Schema library does this too; one field needs none. */
export const changeOf = <F extends Field>(field: F): StandardSchema<Change<F>> => ({
  '~standard': {
    version: 1,
    vendor: 'market-day',
    validate: (payload) => {
      const value =
        payload instanceof Object && Object.hasOwn(payload, field) ? Reflect.get(payload, field) : '';
      return isChoice(field, value)
        ? { value: { [field]: value } as Change<F> }
        : { issues: [{ message: `is not a ${field} that can be chosen`, path: [field] }] };
    },
  },
});

/** A setting is an entity of its own: the order of its changes counts, but no setting waits for another. */
const setting = <F extends Field>(kind: string, field: F) =>
  defineOperation(kind, {
    schema: changeOf(field),
    entity: () => `preferences/${field}`,
    priority: OperationPriority.High,
  });

/** The kinds of operation that the page enqueues, by the field that each sets. */
export const CHANGES = {
  currency: setting('preferences.setCurrency', 'currency'),
  language: setting('preferences.setLanguage', 'language'),
  theme: setting('preferences.setTheme', 'theme'),
} as const;

export const KINDS: Readonly<Record<string, Field>> = {
  [CHANGES.currency.kind]: 'currency',
  [CHANGES.language.kind]: 'language',
  [CHANGES.theme.kind]: 'theme',
};
