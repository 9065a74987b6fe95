/** RabbitMQ's management API, by an URL that carries the credentials. */
export interface Management {
  get<T>(path: string): Promise<T>;
  put(path: string, body?: unknown): Promise<void>;
  post(path: string, body: unknown): Promise<void>;
  delete(path: string): Promise<void>;
}

export class ManagementRefused extends Error {
  readonly code = 'management-refused';
  constructor(readonly data: { method: string; path: string; status: number; body: string }) {
    super(`RabbitMQ management: ${data.method} ${data.path} answered ${data.status}: ${data.body}`);
    this.name = 'ManagementRefused';
  }
}

export function management(url: string): Management {
  const { username, password, origin } = new URL(url);
  const token = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const request = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await fetch(`${origin}/api${path}`, {
      method,
      headers: { authorization: `Basic ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const gone = method === 'DELETE' && answer.status === 404;
    if (!answer.ok && !gone) throw new ManagementRefused({ method, path, status: answer.status, body: text });
    return text;
  };
  return {
    get: async <T>(path: string) => JSON.parse(await request('GET', path)) as T,
    put: async (path, body = {}) => void (await request('PUT', path, body)),
    post: async (path, body) => void (await request('POST', path, body)),
    delete: async (path) => void (await request('DELETE', path)),
  };
}
