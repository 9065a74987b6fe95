import { createServer, type Server } from 'node:net';
import { freePorts, holderOf, isFree, isListening, portsFrom, requireFree } from './ports';

const listen = () =>
  new Promise<{ server: Server; port: number }>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
const close = (server: Server) => new Promise((resolve) => server.close(resolve));

describe('ports of the private servers', () => {
  test('are never the standard ones', () => {
    const ports = Object.values(portsFrom({}));
    for (const standard of [5432, 5672, 15672, 15692, 25672, 4369]) expect(ports).not.toContain(standard);
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('move all together, or one by one', () => {
    expect(portsFrom({ COMPTOIR_PORT_SHIFT: '100' })).toMatchObject({ postgres: 24532, amqp: 24772 });
    expect(portsFrom({ COMPTOIR_PORT_SHIFT: '100', COMPTOIR_AMQP_PORT: '7000' })).toMatchObject({ postgres: 24532, amqp: 7000 });
  });

  test.each(['x', '0', '70000', '12.5'])('refuses %s', (port) => {
    expect(() => portsFrom({ COMPTOIR_POSTGRES_PORT: port })).toThrow('must be 1 to 65535');
  });
});

describe('any free ports', () => {
  test('are all different, free, and never one that the system lends to outgoing connections', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    expect(await Promise.all(ports.map(isFree))).toEqual(ports.map(() => true));
  });
});

describe('a port somebody listens on', () => {
  test('is found busy, and free again afterwards', async () => {
    const { server, port } = await listen();
    expect([await isFree(port), await isListening(port)]).toEqual([false, true]);
    await close(server);
    expect([await isFree(port), await isListening(port)]).toEqual([true, false]);
  });

  test('is refused with its number, its purpose, its holder and the way out', async () => {
    const { server, port } = await listen();
    const refusal = await requireFree({ management: port }).catch((error: Error) => error.message);
    await close(server);
    expect(refusal).toContain(`Port ${port} (management)`);
    expect(refusal).toContain(`pid ${process.pid}`);
    expect(refusal).toContain('COMPTOIR_MANAGEMENT_PORT');
  });

  test('has no holder once it is free', async () => {
    const { server, port } = await listen();
    expect(holderOf(port)).toContain(`(pid ${process.pid})`);
    await close(server);
    expect(holderOf(port)).toBeUndefined();
  });
});
