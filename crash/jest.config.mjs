import preset from '../jest.preset.mjs';

export default { ...preset, displayName: 'crash', testMatch: ['<rootDir>/**/*.test.mjs'], transform: {} };
