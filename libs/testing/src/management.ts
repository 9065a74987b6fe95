/** Calls RabbitMQ's management API; the URL carries the credentials. Throws when the answer is not a success. */
export function managementRequest(url: string) {
  const { origin, username, password } = new URL(url);
  const token = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return async <T = undefined>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const gone = method === 'DELETE' && response.status === 404;
    if (!response.ok && !gone) throw new Error(`RabbitMQ management: ${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' || gone ? undefined : JSON.parse(text)) as T;
  };
}
