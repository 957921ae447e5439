import { describe, expect, test } from '@jest/globals';
import type { ReplicaPage } from '../ports/replica-store.js';
import { planPage } from './plan-page.js';

const page = (part: Partial<ReplicaPage>): ReplicaPage => ({
  channel: 'stall',
  since: undefined,
  changes: [{ entity: 'orders/1', value: 1 }],
  checkpoint: '1',
  reset: false,
  more: false,
  ...part,
});

describe('a page', () => {
  test('begins a load where nothing was pulled', () => {
    expect(planPage({ channel: 'stall' }, page({}))).toEqual({
      kind: 'show',
      isLoad: true,
      dropsStaged: false,
      changes: 1,
    });
  });

  test('is staged while more follow', () => {
    const staged = { checkpoint: '1', isLoad: true, changes: 4 };
    expect(planPage({ channel: 'stall', staged }, page({ since: '1', more: true }))).toEqual({
      kind: 'stage',
      isLoad: true,
      dropsStaged: false,
      changes: 5,
    });
  });

  test('is laid over what is shown where it continues from there', () => {
    expect(planPage({ channel: 'stall', shown: '7' }, page({ since: '7' }))).toMatchObject({
      kind: 'show',
      isLoad: false,
    });
  });

  test('is stale where it continues from another checkpoint than the latest', () => {
    const state = {
      channel: 'stall',
      shown: '7',
      staged: { checkpoint: '9', isLoad: false, changes: 1 },
    };
    expect(planPage(state, page({ since: '7' }))).toEqual({ kind: 'stale' });
    expect(planPage({ channel: 'stall' }, page({ since: '7' }))).toEqual({ kind: 'stale' });
    expect(planPage(state, page({ since: undefined }))).toEqual({ kind: 'stale' });
  });

  test('is stale where its channel is not followed', () => {
    expect(planPage(undefined, page({}))).toEqual({ kind: 'stale' });
  });

  test('that begins anew drops what was staged, and counts from one', () => {
    const state = { channel: 'stall', shown: '7', staged: { checkpoint: '9', isLoad: false, changes: 12 } };
    expect(planPage(state, page({ since: '9', reset: true, more: true }))).toEqual({
      kind: 'stage',
      isLoad: true,
      dropsStaged: true,
      changes: 1,
    });
  });
});
