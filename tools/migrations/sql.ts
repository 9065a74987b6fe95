import { Client } from 'pg';

/** The URL of another database on the same server. */
export function databaseAt(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Of our own: the engine's is another one (72707369), and does not cover the creation of its first table. */
const LOCK = 43_014_306;

/** One process at a time creates and migrates databases on a server. */
export function exclusively<T>(serverUrl: string, work: (admin: Client) => Promise<T>): Promise<T> {
  return withClient(serverUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return work(admin); // the lock goes with the session
  });
}
