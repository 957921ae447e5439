import { defineOperation } from '@cpc/sync-core';

/** An operation for the tests of presets. */
export const addNote = defineOperation<{ text: string }>('notes.add');
