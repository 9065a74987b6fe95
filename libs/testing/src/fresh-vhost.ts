import { disposableName, isLeftOver } from './disposable-name';
import { managementRequest } from './management';
import { servers } from './servers';

interface InVhost {
  readonly vhost?: string;
}

/** Shaped like RabbitMQ's definitions (rabbitmq/definitions.json); whatever vhosts its entries name, they go to the new one. */
export interface VhostDefinitions {
  readonly exchanges?: readonly InVhost[];
  readonly queues?: readonly InVhost[];
  readonly bindings?: readonly InVhost[];
  readonly policies?: readonly InVhost[];
  readonly permissions?: readonly InVhost[];
  readonly topic_permissions?: readonly InVhost[];
  /** Users are the broker's, not a vhost's: those that exist are left as they are. */
  readonly users?: readonly { readonly name: string }[];
}

export interface VhostOptions {
  /** Part of the vhost's name, to tell whose it is in the management UI. */
  readonly name?: string;
  /** Default true: creates the definitions' users and gives them their permissions in the new vhost. */
  readonly withUsers?: boolean;
}

export interface FreshVhost {
  readonly name: string;
  /** The administrator's, who may do everything in it. */
  readonly url: string;
  /** Another user's. The password is, unless given, the one of development: `<user>-dev`. */
  urlFor(user: string, password?: string): string;
  readonly managementUrl: string;
  drop(): Promise<void>;
}

/** A virtual host of one's own with the given exchanges, queues, bindings, policies and users. */
export async function freshVhost(definitions: VhostDefinitions = {}, options: VhostOptions = {}): Promise<FreshVhost> {
  const { amqpUrl, managementUrl } = servers();
  const request = managementRequest(managementUrl);
  await sweepOnce(request);
  const vhost = disposableName(options.name ?? 'vhost', new Date());
  const admin = decodeURIComponent(new URL(managementUrl).username);
  await request('PUT', `vhosts/${vhost}`, {});
  await request('PUT', `permissions/${vhost}/${encodeURIComponent(admin)}`, { configure: '.*', write: '.*', read: '.*' });
  await request('POST', 'definitions', await movedTo(vhost, definitions, options.withUsers ?? true, admin, request));
  const urlFor = (user: string, password = `${user}-dev`) => {
    const url = new URL(amqpUrl);
    Object.assign(url, { username: user, password, pathname: `/${vhost}` });
    return url.toString();
  };
  const { username, password } = new URL(amqpUrl);
  return {
    name: vhost,
    url: urlFor(decodeURIComponent(username), decodeURIComponent(password)),
    urlFor,
    managementUrl,
    drop: async () => void (await request('DELETE', `vhosts/${vhost}`)),
  };
}

type Request = ReturnType<typeof managementRequest>;

async function movedTo(vhost: string, definitions: VhostDefinitions, withUsers: boolean, admin: string, request: Request) {
  const to = (entries: readonly InVhost[] = []) => entries.map((entry) => ({ ...entry, vhost }));
  const { exchanges, queues, bindings, policies, permissions, topic_permissions, users = [] } = definitions;
  const moved = { exchanges: to(exchanges), queues: to(queues), bindings: to(bindings), policies: to(policies) };
  if (!withUsers) return moved;
  const there = new Set((await request<{ name: string }[]>('GET', 'users')).map(({ name }) => name));
  const others = to(permissions).filter((each) => (each as { user?: string }).user !== admin);
  return {
    ...moved,
    users: users.filter(({ name }) => !there.has(name)),
    permissions: others,
    topic_permissions: to(topic_permissions),
  };
}

let swept = false;

async function sweepOnce(request: Request): Promise<void> {
  if (swept) return;
  swept = true;
  const vhosts = await request<{ name: string }[]>('GET', 'vhosts');
  for (const { name } of vhosts.filter((vhost) => isLeftOver(vhost.name, new Date()))) await request('DELETE', `vhosts/${name}`);
}
