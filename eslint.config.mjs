import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { imports, testImports } from './tools/workspace/import-rules.mjs';

const constraints = (allowed) => [
  ...Object.entries(allowed).map(([name, names]) => ({
    sourceTag: `package:${name}`,
    onlyDependOnLibsWithTags: [name, ...names].map((other) => `package:${other}`),
  })),
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['*'] },
];

/** The tools are no package: tests import their browser and their database by the path. */
const toolsOfTests = [
  '../**/tools/browser/index.mjs',
  '../**/tools/postgres/index.mjs',
  '../**/tools/proto/index.mjs',
];

const boundaries = (allowed, allow = []) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { enforceBuildableLibDependency: true, allow, depConstraints: constraints(allowed) },
  ],
});

const clockAndRandom = [
  { object: 'Date', property: 'now', message: 'Take the Clock port.' },
  { object: 'Math', property: 'random', message: 'Take the RandomSource port.' },
];

export default tseslint.config(
  // Projects outside of the workspace, which npm installs elsewhere, are last.
  {
    ignores: [
      '**/dist',
      '**/out-tsc',
      '**/coverage',
      '**/node_modules',
      '.nx',
      'docs/site',
      '**/gen',
      // In no project: a test compiles them as a reader would.
      'docs/examples/**/*.ts',
      'consumers/projects',
      'examples',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        Request: 'readonly',
        Response: 'readonly',
        TransformStream: 'readonly',
      },
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...boundaries(imports),
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/parameter-properties': 'error',
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      'no-restricted-properties': ['error', ...clockAndRandom],
    },
  },
  {
    files: ['**/*.test.ts', '{apps,packages}/*/test{,-browser}/**/*.ts'],
    rules: {
      ...boundaries(
        {
          ...imports,
          ...Object.fromEntries(
            Object.entries(testImports).map(([name, names]) => [name, [...imports[name], ...names]]),
          ),
        },
        toolsOfTests,
      ),
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-properties': 'off',
    },
  },
  {
    files: ['packages/**/*.ts', 'apps/**/*.ts'],
    ignores: ['packages/container/**', 'apps/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'inversify', message: 'Only @cpc/container and apps know Inversify.' }] },
      ],
    },
  },
);
