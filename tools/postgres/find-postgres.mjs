import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps its versions, newest last. */
const DEBIAN = '/usr/lib/postgresql';

/**
 * Where a PostgreSQL server for tests can be had: the one that the usual variables name, else the programs for
 * one of our own, in the `PATH` or where Debian's packages put them.
 *
 * @returns {import('./index.d.mts').FoundPostgres}
 */
export function findPostgres(env = process.env) {
  const url = env['DATABASE_URL'] ?? (env['PGHOST'] && urlOf(env));
  if (url) return { kind: 'server', url };
  const folder = [...(env['PATH'] ?? '').split(delimiter), ...debianFolders()].find(
    (candidate) => existsSync(join(candidate, 'initdb')) && existsSync(join(candidate, 'postgres')),
  );
  if (folder !== undefined) return { kind: 'programs', folder };
  const reason =
    'no PostgreSQL: set DATABASE_URL or PGHOST to a server on which databases may be created, ' +
    'or install its programs (Debian: apt-get install postgresql)';
  return { kind: 'none', reason };
}

/** @param {NodeJS.ProcessEnv} env */
function urlOf(env) {
  const host = env['PGHOST'] ?? 'localhost';
  const url = new URL('postgres://localhost');
  // A folder as the host is a Unix socket, which a connection string names like this.
  if (host.startsWith('/')) url.searchParams.set('host', host);
  else url.hostname = host;
  url.port = env['PGPORT'] ?? '5432';
  url.username = encodeURIComponent(env['PGUSER'] ?? env['USER'] ?? 'postgres');
  if (env['PGPASSWORD'] !== undefined) url.password = encodeURIComponent(env['PGPASSWORD']);
  url.pathname = `/${encodeURIComponent(env['PGDATABASE'] ?? 'postgres')}`;
  return url.href;
}

function debianFolders() {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(DEBIAN, version, 'bin'));
}
