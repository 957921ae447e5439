// #region page
import { createSyncContainer } from '@cpc/container';
import { browserPreset } from '@cpc/container/browser';
import { sell } from './operations.mjs';

export const wirePage = ({ endpoint, health }) =>
  createSyncContainer({
    plugins: browserPreset({ database: 'till', endpoint, probe: { url: health, expect: { status: 204 } } }),
    operations: [sell],
  });
// #endregion
