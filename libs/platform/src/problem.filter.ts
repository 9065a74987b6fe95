import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { PROBLEM_CONTENT_TYPE } from './problem';
import { problemOf } from './problem-of';

interface Reply {
  readonly sent: boolean;
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  type(contentType: string): Reply;
  send(body: string): Reply;
}

interface Request {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}

/** Answers every error with problem details. Stacks and internals go to the log only, under the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('HTTP');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const reply = host.switchToHttp().getResponse<Reply>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.report(error, problem.status, request);
    if (reply.sent) return;
    const body = problem.status >= 500 ? { ...problem.toJSON(), requestId: request.id } : problem.toJSON();
    reply.code(problem.status).headers(problem.headers).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(body));
  }

  private report(error: unknown, status: number, { id, method, url }: Request): void {
    const message = error instanceof Error ? error.message : String(error);
    const data = { requestId: id, method, url, status, stack: error instanceof Error ? error.stack : undefined };
    if (status === 503) this.logger.warn({ message: `${method} ${url}: ${message}`, ...data, stack: undefined });
    else this.logger.error({ message: `${method} ${url}: ${message}`, ...data });
  }
}
