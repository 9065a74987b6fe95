import { freshVhost } from '@comptoir/testing';
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
    async interrupt(queue, told) {
      await request('DELETE', `queues/${path}/${encodeURIComponent(queue)}`);
      // RabbitMQ 3.10 tells its consumers a moment later. A queue made again before that takes the old consumer over
      // without a word, and what it delivers to it is lost on the way until that consumer's channel closes.
      await told();
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
