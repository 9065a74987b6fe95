import { MessagingError } from '../errors';

/** The management API answered with an error. */
export class ManagementRequestFailed extends MessagingError {
  readonly code = 'management-request-failed';
}

/** Calls RabbitMQ's management API; the URL carries an administrator's credentials. */
export function managementRequest(url: string) {
  const { origin, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return async <T = undefined>(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    if (!response.ok)
      throw new ManagementRequestFailed(`${method} /api/${path}: ${response.status} ${text}`, {
        status: response.status,
        answer: text,
      });
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}
