import { eventually, freshVhost } from '@comptoir/testing';
import type { Logger } from '../logger';
import { proxyTo } from '../testing/proxy';
import { transportContract } from '../testing/transport-contract';
import { definitionsOf } from './definitions';
import { importDefinitions } from './import-definitions';
import { managementRequest } from './management';
import { rabbitTransport } from './transport';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

transportContract('RabbitMQ', async (topology) => {
  const definitions = definitionsOf(topology);
  const vhost = await freshVhost(definitions, { name: 'transport-contract', withUsers: false });
  const request = managementRequest(vhost.managementUrl);
  const path = encodeURIComponent(vhost.name);
  const url = new URL(vhost.url);
  const proxy = await proxyTo(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  let limited = false;
  return {
    connect: ({ startTimeoutMs } = {}) =>
      rabbitTransport({ url: url.toString(), name: 'contract', logger: silent, startTimeoutMs }),
    disconnect: async () => proxy.cut(),
    stop: async () => proxy.stop(),
    start: async () => proxy.start(),
    async interrupt(queue) {
      await request('DELETE', `queues/${path}/${encodeURIComponent(queue)}`);
      // Consumers hear of it a moment later; a queue made at once under the same name would swallow that.
      await eventually(async () => expect(await request<unknown[]>('GET', `consumers/${path}`)).toEqual([]));
      await importDefinitions(vhost.managementUrl, vhost.name, { ...definitions, users: [], permissions: [], topic_permissions: [] });
    },
    async limit(queue, maxLength) {
      limited = true;
      const pattern = `^${queue.replaceAll('.', '\\.')}$`;
      const policy = { pattern, 'apply-to': 'queues', priority: 10, definition: { 'max-length': maxLength } };
      await request('PUT', `policies/${path}/limited`, policy);
    },
    pass: async () => {},
    async reset() {
      if (limited) await request('DELETE', `policies/${path}/limited`);
      limited = false;
      await Promise.all(topology.queues.map(({ name }) => request('DELETE', `queues/${path}/${encodeURIComponent(name)}/contents`)));
    },
    async close() {
      await proxy.close();
      await vhost.drop();
    },
  };
});
