import { existsSync, readdirSync } from 'node:fs';
import { OptionDefaults } from 'typedoc';

/** Guides in the order in which a newcomer reads; those that are not named come behind. */
const GUIDES = [
  'getting-started',
  'concepts',
  'guarantees',
  'storage',
  'reading',
  'conflicts',
  'server',
  'testing',
  'service-workers',
  'react-native',
  'tanstack-query',
  'plugins',
  'operating',
  'performance',
  'migrating',
  'architecture',
  'glossary',
];

const texts = readdirSync(new URL('docs', import.meta.url)).filter((name) => name.endsWith('.md'));
const place = (name) => (GUIDES.indexOf(name.slice(0, -3)) + GUIDES.length + 1) % (GUIDES.length + 1);
const guides = [...texts].sort((a, b) => place(a) - place(b)).map((name) => `docs/${name}`);

const trust = ['CONTRIBUTING.md', 'SECURITY.md'].filter((name) => existsSync(new URL(name, import.meta.url)));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'CPC Sync',
  entryPointStrategy: 'packages',
  // The summary leaves out what extends a type of another module, and links to it all the same.
  includeHierarchySummary: false,
  // Each package's entry points are those of its `exports`.
  entryPoints: ['packages/*'],
  packageOptions: {
    tsconfig: 'tsconfig.lib.json',
    readme: 'README.md',
    excludePrivate: true,
    excludeProtected: true,
    excludeExternals: true,
    // What `protoc-gen-es` writes above its messages.
    blockTags: [...OptionDefaults.blockTags, '@generated'],
    // The API reports in `packages/*/api` tell of what is named and not exported.
    validation: { notExported: false },
  },
  plugin: ['./docs/site-theme/plugin.mjs'],
  out: 'docs/site',
  readme: 'README.md',
  projectDocuments: [...guides, ...trust, 'docs/decisions/*.md'],
  customCss: 'docs/site-theme/site.css',
  searchInDocuments: true,
  navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
  sort: ['documents-first', 'source-order'],
  groupOrder: ['Guides', 'Project', 'Modules', 'Decisions', '*'],
  hideGenerator: true,
  treatWarningsAsErrors: true,
};
