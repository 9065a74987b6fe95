export { serviceUnderTest } from './service-under-test';
export type { Heard, ServiceUnderTest, UnderTestOptions } from './service-under-test';
