import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** Of what was read or changed, as the service wrote it. */
  readonly etag?: string | undefined;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Makes a POST safe to repeat. */
  readonly idempotencyKey?: string;
  /** `wait=30`: answer when the work has ended, or after so many seconds. */
  readonly prefer?: string;
  /** The ETag that was read: refused (412) when it has changed since. */
  readonly ifMatch?: string | undefined;
}

/** The service refused, or could not be reached for too long. */
export class RestFailed extends Error {
  readonly code = 'rest-failed';
  constructor(readonly data: { method: string; url: string; status?: number | undefined; body?: unknown; reason?: string | undefined }) {
    const { method, url, status, body, reason } = data;
    super(`${method} ${url} ${status === undefined ? `failed: ${reason}` : `answered ${status}: ${detailOf(body)}`}`);
    this.name = 'RestFailed';
  }
}

export interface RestClientOptions {
  readonly connections?: number;
  /** How long a service that is busy, or away, is asked again. Default 2 minutes. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Speaks JSON with one service over connections that stay open. A service that says 503 is asked again after its
 * Retry-After, one that cannot be reached with growing pauses: repeating is safe, since every POST here has an
 * idempotency key or changes nothing the second time.
 */
export class RestClient {
  private readonly pool: Pool;
  /** How often a service asked to come back later. */
  postponed = 0;

  constructor(
    readonly baseUrl: string,
    private readonly options: RestClientOptions = {},
  ) {
    this.pool = new Pool(baseUrl, { connections: options.connections ?? 4, pipelining: 1 });
  }

  get = (path: string) => this.request('GET', path);
  put = (path: string, body: unknown) => this.request('PUT', path, { body });
  post = (path: string, options: RequestOptions) => this.request('POST', path, options);

  /** Resolves with the answer, whatever its status, unless that is 503 for longer than patience lasts. */
  async request(method: 'GET' | 'PUT' | 'POST', path: string, options: RequestOptions = {}): Promise<Reply> {
    const deadline = Date.now() + (this.options.patienceMs ?? 120_000);
    for (let nth = 0; ; nth++) {
      const reply = await this.once(method, path, options).catch((error: unknown) => {
        if (this.options.signal?.aborted) throw error;
        return { error };
      });
      if (!('error' in reply) && reply.status !== 503) return reply;
      if (Date.now() > deadline) throw new RestFailed({ method, url: this.baseUrl + path, ...told(reply) });
      this.postponed++;
      const backOff = Math.min(FIRST_PAUSE_MS * 2 ** nth, LONGEST_PAUSE_MS);
      const asked = 'error' in reply ? undefined : reply.retryAfterMs;
      await delay(asked ?? backOff, undefined, { signal: this.options.signal });
    }
  }

  private async once(method: 'GET' | 'PUT' | 'POST', path: string, { body, idempotencyKey, prefer, ifMatch }: RequestOptions) {
    const { statusCode, headers, body: stream } = await this.pool.request({
      method,
      path,
      signal: this.options.signal,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...(prefer === undefined ? {} : { prefer }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await stream.text();
    const { etag } = headers;
    return {
      status: statusCode,
      body: parsed(text),
      etag: typeof etag === 'string' ? etag : undefined,
      retryAfterMs: retryAfterMs(headers['retry-after']),
    };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** The answer's body; throws what a person should read when the status is not as expected. */
export function expectStatus(client: RestClient, what: { method: string; path: string }, reply: Reply, ...expected: readonly number[]): unknown {
  if (expected.includes(reply.status)) return reply.body;
  throw new RestFailed({ method: what.method, url: client.baseUrl + what.path, ...reply });
}

/** The text of a problem (RFC 9457), or whatever else there is. */
export function detailOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return String(body);
  const { title, detail } = body as { title?: unknown; detail?: unknown };
  return typeof detail === 'string' ? detail : typeof title === 'string' ? title : JSON.stringify(body);
}

const told = (reply: { error: unknown } | Reply) =>
  'error' in reply ? { reason: reply.error instanceof Error ? reply.error.message : String(reply.error) } : { status: reply.status, body: reply.body };

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Seconds only: the services send no dates. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = typeof header === 'string' && header !== '' ? Number(header) : NaN;
  return seconds >= 0 ? seconds * 1_000 : undefined;
}
