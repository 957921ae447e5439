// #region page
import { createSyncContainer } from '@cpc/container';
import { browserPreset } from '@cpc/container/browser';
import { sell } from './operations.js';

export const wirePage = ({ endpoint, health }: { endpoint: string; health: string }) =>
  createSyncContainer({
    plugins: browserPreset({ database: 'till', endpoint, probe: { url: health, expect: { status: 204 } } }),
    operations: [sell],
  });
// #endregion
