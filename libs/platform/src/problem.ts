import { STATUS_CODES } from 'node:http';

export interface ProblemOptions {
  readonly status: number;
  /** Stable, kebab case: `cart-not-found`. Clients act on it. */
  readonly code: string;
  /** The same for every occurrence. */
  readonly title: string;
  /** What is wrong this time; for people. Never internals. */
  readonly detail?: string;
  /** Further members of the problem document. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** An error as the caller of the REST API sees it: RFC 9457 problem details. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ProblemOptions) {
    super(options.detail ?? options.title);
    this.name = 'Problem';
    this.status = options.status;
    this.code = options.code;
    this.title = options.title;
    this.detail = options.detail;
    this.data = options.data ?? {};
    this.headers = options.headers ?? {};
  }

  toJSON() {
    const { status, code, title, detail, data } = this;
    return { ...data, type: problemType(code), title, status, ...(detail === undefined ? {} : { detail }) };
  }
}

/** `about:blank` says no more than the status does (RFC 9457, 4.2.1). */
const problemType = (code: string) => (code === 'about:blank' ? code : `urn:comptoir:problem:${code}`);

export const statusProblem = (status: number, detail?: string) =>
  new Problem({ status, code: 'about:blank', title: STATUS_CODES[status] ?? 'Error', detail });

export const notFound = (what: string, id: string) =>
  new Problem({ status: 404, code: 'not-found', title: `No such ${what}`, detail: `There is no ${what} ${id}` });
