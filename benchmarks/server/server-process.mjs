import { createServer } from 'node:http';
import { postgresServer } from './postgres-server.mjs';
import { sqliteServer } from './sqlite-server.mjs';

const [, , database, kind, place] = process.argv;
const { listener, effects, close } = await (database === 'sqlite' ? sqliteServer : postgresServer)(
  kind,
  place,
);
const server = createServer(listener);
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.once('message', async () => {
  process.send({ effects: await effects() }, async () => {
    server.closeAllConnections();
    server.close();
    await close();
    process.disconnect();
  });
});

// The benchmark failed or was called off.
process.once('disconnect', () => process.exit());
