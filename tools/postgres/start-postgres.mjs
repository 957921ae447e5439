import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgres } from './find-postgres.mjs';

/**
 * An empty database on the server that was found; on one of our own where only the programs were.
 *
 * @param {import('./index.d.mts').FoundPostgres} found
 * @returns {Promise<import('./index.d.mts').StartedPostgres>}
 */
export async function startPostgres(found = findPostgres()) {
  if (found.kind === 'none') throw new Error(`There is ${found.reason}.`);
  const server =
    found.kind === 'server' ? { url: found.url, stop: async () => {} } : await startCluster(found);
  const name = `cpc_test_${randomBytes(6).toString('hex')}`;
  const drop = () => query(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await query(server.url, `CREATE DATABASE ${name}`).catch(async (error) => {
    await server.stop();
    throw error;
  });
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async stop() {
      await drop().finally(server.stop);
    },
  };
}

/**
 * @param {string} url
 * @param {string} text
 */
async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/**
 * Starts a server on a free port of the loopback, with its files in a folder of its own.
 *
 * @param {{ folder: string }} programs
 */
async function startCluster({ folder }) {
  const owner = ownerOfCluster();
  const data = mkdtempSync(join(tmpdir(), 'cpc-postgres-'));
  const remove = () => rmSync(data, { recursive: true, force: true });
  try {
    if (owner !== undefined) chownSync(data, owner.uid, owner.gid);
    const settings = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
    await promisify(execFile)(join(folder, 'initdb'), ['-D', data, ...settings], { ...owner, cwd: data });
    const port = await freePort();
    const child = await startServer(join(folder, 'postgres'), { data, port, owner });
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      async stop() {
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await gone;
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** @typedef {{ uid: number, gid: number }} Owner */

/**
 * PostgreSQL refuses to run as root: then its own user does it, or nobody.
 *
 * @returns {Owner | undefined}
 */
function ownerOfCluster() {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const owner = users.get('postgres') ?? users.get('nobody');
  if (owner === undefined) throw new Error('PostgreSQL does not run as root, and there is no user "nobody".');
  return owner;
}

/** @returns a port that nobody listened on a moment ago */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * Resolves when the server takes connections.
 *
 * @param {string} program
 * @param {{ data: string, port: number, owner: Owner | undefined }} cluster
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
function startServer(program, { data, port, owner }) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 50,
    deadlock_timeout: '200ms',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', data, ...flags], {
    ...owner,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  return new Promise((resolve, reject) => {
    const said = /** @type {string[]} */ ([]);
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      if (line.includes('database system is ready to accept connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL did not start. It said:\n${said.join('\n')}`)));
  });
}
