import preset from '../../jest.preset.mjs';

// Time is virtual here; but a busy machine may take its time over hundreds of histories.
export default { ...preset, displayName: 'testing', testTimeout: 120_000 };
