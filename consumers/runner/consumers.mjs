/**
 * The ways in which an app takes the packages. Each is a folder in `projects` with a check that prints, as its last
 * line, what works for each package.
 *
 * @type {readonly { name: string, check: string, type: 'module' | 'commonjs', needs: Record<string, string>, example?: string, without?: readonly string[] }[]}
 */
export const CONSUMERS = [
  { name: 'node-esm', check: 'check.mjs', type: 'module', needs: {} },
  { name: 'node-cjs', check: 'check.cjs', type: 'commonjs', needs: {} },
  { name: 'vite', check: 'check.mjs', type: 'module', needs: { vite: '8.3.8', 'fake-indexeddb': '6.2.8' } },
  {
    name: 'service-worker',
    check: 'check.mjs',
    type: 'module',
    needs: { esbuild: '0.28.2', 'fake-indexeddb': '6.2.8' },
  },
  {
    name: 'jest-cjs',
    check: 'check.mjs',
    type: 'commonjs',
    // A program: it looks for its page beside itself, by `import.meta`, which Babel cannot turn into CommonJS.
    without: ['@cpc/cli'],
    needs: {
      jest: '30.5.2',
      '@babel/core': '^7.27.4',
      '@babel/preset-env': '^7.27.2',
      'fake-indexeddb': '6.2.8',
    },
  },
  {
    name: 'typescript',
    check: 'check.mjs',
    type: 'module',
    needs: {
      typescript: '6.0.3',
      '@types/node': '^24.0.0',
      '@types/better-sqlite3': '9.6.0',
      '@types/react': '19.3.0',
    },
  },
  {
    name: 'third-party-plugin',
    check: 'check.mjs',
    type: 'module',
    example: 'storage-json-log',
    needs: { typescript: '6.0.3', '@types/node': '^24.0.0' },
  },
];
