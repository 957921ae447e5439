import preset from '../../jest.preset.mjs';

// No test waits for real time; but a busy machine may take its time over hundreds of transactions.
export default { ...preset, displayName: 'storage-sqlite', testTimeout: 120_000 };
