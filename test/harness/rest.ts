import { setTimeout as delay } from 'node:timers/promises';

/** Longer than the longest wait that may be preferred. */
const PATIENCE_MS = 70_000;
const PAUSE_MS = 150;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, problem details included. */
  readonly body: unknown;
}

export interface Ask {
  readonly body?: unknown;
  /** Sent as it is, for what is no JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
  /** `Prefer: wait=N`. */
  readonly waitSeconds?: number | undefined;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** One request; rejects where no answer came. */
export async function ask(method: string, url: string, options: Ask = {}): Promise<Answer> {
  const { body, raw, headers = {}, idempotencyKey, waitSeconds, signal } = options;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(url, {
    method,
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
    headers: {
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      ...(waitSeconds === undefined ? {} : { prefer: `wait=${waitSeconds}` }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: parsed(text) };
}

/**
 * The same as a client of an unreliable service does it: asks again while no answer comes, or 503. Only for what may be
 * repeated: with an Idempotency-Key, or without effect the second time.
 */
export async function askUntilAnswered(method: string, url: string, options: Ask = {}): Promise<Answer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { answer, error } = await tried(ask(method, url, options));
    if (answer && answer.status !== 503) return answer;
    if (Date.now() > deadline || options.signal?.aborted)
      throw new Error(`${method} ${url}: no answer but ${answer ? JSON.stringify(answer.body) : String(error)}`);
    await delay(PAUSE_MS);
  }
}

const tried = <T>(work: Promise<T>): Promise<{ answer?: T; error?: unknown }> =>
  work.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );

/** The body of an answer that must have this status. */
export function expected<T>(answer: Answer, status: number): T {
  if (answer.status !== status)
    throw new Error(`Expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
