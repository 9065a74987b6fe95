import { setTimeout as delay } from 'node:timers/promises';
import { expectStatus, RestClient } from './rest-client';

/**
 * Reads something that may not be known yet, and is told in parts, until it is all there; after the time is up, as it is then.
 * Throws `RestFailed` where it is still not known.
 */
export async function readUntil<T>(baseUrl: string, path: string, isAll: (view: T) => boolean, timeoutMs = 10_000): Promise<T> {
  const client = new RestClient(baseUrl);
  const deadline = Date.now() + timeoutMs;
  try {
    for (;;) {
      const reply = await client.get(path);
      if (reply.status !== 404 || Date.now() > deadline) {
        const view = expectStatus(client, { method: 'GET', path }, reply, 200) as T;
        if (isAll(view) || Date.now() > deadline) return view;
      }
      await delay(20);
    }
  } finally {
    await client.close();
  }
}
