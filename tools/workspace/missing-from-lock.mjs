/**
 * Optional packages that the lock file names and does not hold. `npm install` writes such a lock file without a
 * word where the registry lacks a package for some platform; `npm ci` then refuses it on every platform.
 *
 * @param {Readonly<Record<string, { optionalDependencies?: Record<string, string> }>>} packages - of the lock file
 * @returns {string[]}
 */
export function missingFromLock(packages) {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${name}, which ${path} names`),
  );
}

/**
 * Where Node looks for what a package requires, from the inside out.
 *
 * @param {string} path
 */
function foldersAbove(path) {
  const parts = path.split('/node_modules/');
  const inside = parts.map((_, index) => `${parts.slice(0, parts.length - index).join('/node_modules/')}/`);
  return [...inside, ''];
}
