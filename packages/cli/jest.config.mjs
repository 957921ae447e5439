import preset from '../../jest.preset.mjs';

/** The tests start processes, which takes its time on a busy machine. */
export default { ...preset, displayName: 'cli', testTimeout: 180_000 };
