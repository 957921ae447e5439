/**
 * The same effect and key by hand: parse, insert both in a transaction, answer. A key that is there already has no
 * effect. `raw` takes a statement for each operation, `raw-set` two for all of a batch.
 */
export async function postgresListener(pool, kind) {
  await pool.query(
    `CREATE TABLE IF NOT EXISTS keys (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       key TEXT NOT NULL UNIQUE, body TEXT NOT NULL, at BIGINT NOT NULL)`,
  );
  const applyAll = kind === 'raw-set' ? applyAsSet : applyEach;
  return async (request, response) => {
    const json = JSON.parse(await textOf(request));
    const body = Array.isArray(json)
      ? `[${(await inTransaction(pool, (client) => applyAll(client, json))).join(',')}]`
      : await inTransaction(pool, (client) =>
          applyOne(client, request.headers['idempotency-key'].slice(1, -1), json),
        );
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  };
}

const answerTo = (key) => JSON.stringify({ idempotencyKey: key, status: 200 });

async function applyOne(client, key, payload) {
  const body = answerTo(key);
  const { rowCount } = await client.query(
    'INSERT INTO keys (key, body, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [key, body, Date.now()],
  );
  if (rowCount === 1) {
    await client.query('INSERT INTO effects (payload) VALUES ($1)', [JSON.stringify(payload)]);
  }
  return body;
}

async function applyEach(client, items) {
  const bodies = [];
  for (const { idempotencyKey, payload } of items) {
    const body = answerTo(idempotencyKey);
    await client.query(
      `WITH fresh AS (INSERT INTO keys (key, body, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1)
       INSERT INTO effects (payload) SELECT $4 FROM fresh`,
      [idempotencyKey, body, Date.now(), JSON.stringify(payload)],
    );
    bodies.push(body);
  }
  return bodies;
}

async function applyAsSet(client, items) {
  const bodies = items.map(({ idempotencyKey }) => answerTo(idempotencyKey));
  const { rows } = await client.query(
    `INSERT INTO keys (key, body, at) SELECT key, body, $3 FROM unnest($1::text[], $2::text[]) AS item (key, body)
     ON CONFLICT DO NOTHING RETURNING key`,
    [items.map(({ idempotencyKey }) => idempotencyKey), bodies, Date.now()],
  );
  const fresh = new Set(rows.map(({ key }) => key));
  const payloads = items.flatMap(({ idempotencyKey, payload }) =>
    fresh.has(idempotencyKey) ? [JSON.stringify(payload)] : [],
  );
  await client.query('INSERT INTO effects (payload) SELECT * FROM unnest($1::text[])', [payloads]);
  return bodies;
}

async function inTransaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function textOf(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => resolve(Buffer.concat(parts).toString()));
    request.on('error', reject);
  });
}
