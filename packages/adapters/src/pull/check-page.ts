import { isRecord } from '../wire/wire-answer.js';
import type { PulledChange, PulledPage } from './pull-target.js';

/** Whether a value is a change as feeds tell them: of an entity, with a value or deleted. */
export function isChange(value: unknown): value is PulledChange {
  if (!isRecord(value)) return false;
  const { entity, version } = value;
  const isDeleted = value['deleted'] === true;
  return (
    typeof entity === 'string' &&
    (version === undefined || typeof version === 'string') &&
    isDeleted !== Object.hasOwn(value, 'value')
  );
}

/** @throws TypeError where it is no page, so that none is applied by half */
export function checkPage(page: unknown): asserts page is PulledPage {
  const { since, changes, checkpoint } = Object(page) as Readonly<Record<string, unknown>>;
  if (typeof checkpoint !== 'string' || (since !== undefined && typeof since !== 'string')) {
    throw new TypeError('apply takes a page whose checkpoints are texts');
  }
  if (!Array.isArray(changes) || !(changes as unknown[]).every(isChange)) {
    throw new TypeError('apply takes a page of changes, each with its entity and its value, or deleted');
  }
}
