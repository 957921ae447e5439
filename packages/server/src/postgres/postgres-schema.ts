import { KEY_CONSTRAINT } from './sql-state.js';

/** Version of the tables below. 1: the first. */
export const FORMAT = 1;

/**
 * The tables that the store keeps, for those who create tables with migrations of their own; otherwise `open`
 * creates them. They are found through the connection's `search_path`.
 */
export const POSTGRES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS cpc_receiver_format (version INTEGER NOT NULL);
  INSERT INTO cpc_receiver_format SELECT ${FORMAT} WHERE NOT EXISTS (SELECT 1 FROM cpc_receiver_format);
  CREATE TABLE IF NOT EXISTS cpc_received (
    position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    CONSTRAINT ${KEY_CONSTRAINT} UNIQUE (principal, key)
  );
`;
