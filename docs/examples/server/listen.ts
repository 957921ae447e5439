import type { AddressInfo } from 'node:net';
// #region listen
import { fetchToNode, toNodeHandler } from '@cpc/server';
import { createServer } from 'node:http';
import { feed, receiver } from './stalls-sqlite.js';

const operations = toNodeHandler(receiver);
const changes = fetchToNode(feed.receive);
const server = createServer((request, response) =>
  request.url?.startsWith('/changes') ? changes(request, response) : operations(request, response),
);
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
// #endregion
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
