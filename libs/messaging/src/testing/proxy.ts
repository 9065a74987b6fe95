import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server that can be cut: the network between a client and a broker or database that go on living. */
export interface Proxy {
  readonly port: number;
  /** Breaks all connections; new ones are taken. */
  cut(): void;
  /** Breaks all connections, and each new one at once. */
  stop(): void;
  start(): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface and passes bytes on. */
export async function proxyTo(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let stopped = false;
  const server = createServer((client) => {
    if (stopped) return void client.destroy();
    const upstream = connect({ host, port, noDelay: true });
    client.setNoDelay(true);
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stop: () => {
      stopped = true;
      cut();
    },
    start: () => void (stopped = false),
    close: async () => {
      cut();
      await new Promise((closed) => server.close(closed));
    },
  };
}
