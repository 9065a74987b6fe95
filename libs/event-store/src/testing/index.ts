export { inMemoryEventStore } from '../in-memory/store';
export { eventStoreContract } from './store-contract';
export type { StoreCapabilities } from './store-contract';
export type { StoreUnderTest } from './store-fixture';
export { Happened, scenario, Told } from './scenario';
export type { Failure } from './scenario';
