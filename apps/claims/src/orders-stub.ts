import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { OrderContext } from '@comptoir/contracts/claims';

type Answer = (orderId: string, response: ServerResponse) => void;

const json = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Stands for orders, on a real port, well or not, for tests. */
export class OrdersStub {
  /** Orders it knows. */
  readonly orders = new Map<string, OrderContext & Record<string, unknown>>();
  /** The order ids it was asked for. */
  readonly asked: string[] = [];
  /** How it answers now. */
  answer: Answer = this.well;
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As orders does. */
  get well(): Answer {
    return (orderId, response) => {
      const order = this.orders.get(orderId);
      if (order) json(response, 200, order);
      else json(response, 404, { type: 'urn:comptoir:problem:not-found', title: 'No such order', status: 404 });
    };
  }

  /** Takes requests and never answers them. */
  readonly hanging: Answer = () => undefined;
  /** Headers at once, the body never. */
  readonly stuck: Answer = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"orderId":');
  readonly saying =
    (status: number, body: unknown): Answer =>
    (_, response) =>
      json(response, status, body);
  readonly text =
    (status: number, body: string): Answer =>
    (_, response) =>
      void response.writeHead(status).end(body);

  /** Comes up, on the same port as before. */
  async up(): Promise<void> {
    const server = createServer((request: IncomingMessage, response) => {
      const orderId = (request.url ?? '').split('/').at(-1) ?? '';
      this.asked.push(orderId);
      this.answer(orderId, response);
    });
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Goes away: nobody listens on its port, and open connections end. */
  async down(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
