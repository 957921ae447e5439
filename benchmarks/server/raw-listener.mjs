import { setImmediate } from 'node:timers';

/**
 * The least that a server can do to keep an operation and its key: parse, insert both, commit, answer. Requests
 * that come together share a commit, or the disk's sync rate would be all that is measured.
 */
export function rawListener(database) {
  database.exec(
    'CREATE TABLE keys (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, at INTEGER NOT NULL)',
  );
  const addEffect = database.prepare('INSERT INTO effects (payload) VALUES (?)');
  const addKey = database.prepare('INSERT INTO keys (key, body, at) VALUES (?, ?, ?)');
  const apply = (key, payload) => {
    const body = JSON.stringify({ idempotencyKey: key, status: 200 });
    addEffect.run(JSON.stringify(payload));
    addKey.run(key, body, Date.now());
    return body;
  };
  let waiting = [];
  const flush = () => {
    const works = waiting;
    waiting = [];
    const answers = database.transaction(() => works.map(({ work }) => work()))();
    works.forEach(({ response }, index) => reply(response, answers[index]));
  };
  return (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const json = JSON.parse(Buffer.concat(parts).toString());
      const work = Array.isArray(json)
        ? () => `[${json.map(({ idempotencyKey, payload }) => apply(idempotencyKey, payload)).join(',')}]`
        : () => apply(request.headers['idempotency-key'].slice(1, -1), json);
      waiting.push({ work, response });
      if (waiting.length === 1) setImmediate(flush);
    });
  };
}

function reply(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
