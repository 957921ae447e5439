/** @typedef {import('./public-packages.mjs').Manifest} Manifest */

/** Scripts that npm runs on the machine of whoever installs a package, or behind the back of who publishes it. */
const HIDDEN_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'prepublishOnly'];

/** The order in which a manifest is read best; what is not named comes before the last two. */
const ORDER = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'repository',
  'homepage',
  'bugs',
  'type',
];
const LAST = ['devDependencies', 'nx'];

/** What a tarball holds besides README, LICENSE and the manifest, which npm always puts in. */
const FILES = ['dist', 'src', 'CHANGELOG.md', '!**/*.test.*', '!**/*.tsbuildinfo'];

/**
 * A package's manifest with everything that all packages have in common: the licence, where the project lives,
 * what a tarball holds, and ranges for the other packages that admit their current versions.
 *
 * @template {Manifest} T
 * @param {T} manifest
 * @param {string} folder - under `packages`
 * @param {Record<string, any>} project - the workspace's own manifest
 * @param {ReadonlyMap<string, string>} versions - of all packages, by name
 * @returns {T}
 */
export function completeManifest(manifest, folder, project, versions) {
  return inOrder({
    ...manifest,
    license: project['license'],
    repository: { ...project['repository'], directory: `packages/${folder}` },
    homepage: `${project['homepage']}/tree/main/packages/${folder}#readme`,
    bugs: project['bugs'],
    type: 'module',
    engines: project['engines'],
    files: filesOf(manifest),
    publishConfig: { access: 'public', provenance: true },
    ...(manifest.dependencies && { dependencies: caretRanges(manifest.dependencies, versions) }),
    ...(manifest.peerDependencies && { peerDependencies: caretRanges(manifest.peerDependencies, versions) }),
    ...(manifest.devDependencies && { devDependencies: anyVersion(manifest.devDependencies, versions) }),
  });
}

/**
 * What only the author of a package can put right.
 *
 * @param {Manifest & Record<string, unknown>} manifest
 * @returns {string[]} a sentence for each thing that is missing or wrong
 */
export function manifestProblems(manifest) {
  const problems = [];
  if (!manifest.name.startsWith('@cpc/')) problems.push(`the name ${manifest.name} is not in the scope @cpc`);
  if (!manifest.description) problems.push('it has no description');
  if ((manifest.keywords?.length ?? 0) < 3) problems.push('it has fewer than three keywords');
  if (!('sideEffects' in manifest)) problems.push('it does not say whether its modules have side effects');
  for (const script of HIDDEN_SCRIPTS) {
    if (manifest.scripts?.[script] !== undefined) problems.push(`it has a "${script}" script`);
  }
  return [...problems, ...exportProblems(manifest), ...dependencyProblems(manifest)];
}

/** @param {Manifest} manifest */
function exportProblems({ exports = {} }) {
  const entries = Object.entries(exports).filter(([, target]) => typeof target !== 'string');
  const problems = entries.flatMap(([subpath, target]) => {
    const conditions = Object.keys(target);
    if (!conditions.includes('types')) return [`the entry "${subpath}" names no types`];
    return conditions.at(-1) === 'default' ? [] : [`the entry "${subpath}" does not end in "default"`];
  });
  if (entries.length === 0) problems.push('it exports nothing');
  if (!('./package.json' in exports)) problems.push('it does not export its package.json, which tools read');
  return problems;
}

/**
 * A library that pins its dependencies makes every app install them twice.
 *
 * @param {Manifest} manifest
 */
function dependencyProblems({ dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} }) {
  const unknown = Object.keys(peerDependenciesMeta).filter((name) => !(name in peerDependencies));
  const both = Object.keys(dependencies).filter((name) => name in peerDependencies);
  return [
    ...unknown.map((name) => `peerDependenciesMeta names ${name}, which is no peer`),
    ...both.map((name) => `${name} is a dependency and a peer`),
    ...Object.entries({ ...dependencies, ...peerDependencies })
      .filter(([, range]) => /^\d/.test(range) && !/[ |-]/.test(range))
      .map(([name, range]) => `${name} is pinned to ${range}; take a range, as ^${range}`),
  ];
}

/**
 * What every package has, the folders of its programs, and what it adds itself.
 *
 * @param {Manifest} manifest
 */
function filesOf({ bin = {}, files = [] }) {
  const programs = Object.values(bin).map((path) => path.replace(/^\.\//, '').split('/')[0] ?? '');
  const added = [...new Set([...programs, ...files])].filter((path) => !FILES.includes(path));
  return [...added, ...FILES];
}

/**
 * @param {Record<string, string>} ranges
 * @param {ReadonlyMap<string, string>} versions
 */
function caretRanges(ranges, versions) {
  return mapOwn(ranges, versions, (version) => `^${version}`);
}

/**
 * Nobody who installs a package sees these, and the workspace always has the current version.
 *
 * @param {Record<string, string>} ranges
 * @param {ReadonlyMap<string, string>} versions
 */
function anyVersion(ranges, versions) {
  return mapOwn(ranges, versions, () => '*');
}

/**
 * @param {Record<string, string>} ranges
 * @param {ReadonlyMap<string, string>} versions
 * @param {(version: string) => string} rangeOf
 */
function mapOwn(ranges, versions, rangeOf) {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      const version = versions.get(name);
      return [name, version === undefined ? range : rangeOf(version)];
    }),
  );
}

/**
 * @template {object} T
 * @param {T} manifest
 * @returns {T}
 */
function inOrder(manifest) {
  const place = (/** @type {string} */ key) =>
    ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length + 1 + LAST.indexOf(key);
  const entries = Object.entries(manifest).sort(([a], [b]) => place(a) - place(b));
  return /** @type {T} */ (Object.fromEntries(entries));
}
