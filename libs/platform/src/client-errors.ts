import type { Socket } from 'node:net';
import { PROBLEM_CONTENT_TYPE, statusProblem, type Problem } from './problem';

/** What is no HTTP at all never becomes a request: it is answered on the socket itself. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const problem = CLIENT_ERRORS[error.code ?? ''] ?? statusProblem(400, 'The request is not valid HTTP');
  if (socket.writable) socket.write(rawResponse(problem));
  socket.destroy(error);
}

const CLIENT_ERRORS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: statusProblem(408, 'The request took too long to arrive'),
  HPE_HEADER_OVERFLOW: statusProblem(431, 'The headers are too large'),
};

function rawResponse(problem: Problem): string {
  const body = JSON.stringify(problem);
  return (
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
