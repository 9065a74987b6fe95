export { eventually, type EventuallyOptions } from './eventually';
export { freshDatabase, type FreshDatabase } from './fresh-database';
export { freshVhost, type FreshVhost, type VhostDefinitions, type VhostOptions } from './fresh-vhost';
export { plansOf } from './plans';
export { servers, type TestServers } from './servers';
