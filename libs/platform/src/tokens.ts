/** What the service is configured by; tests override it: `.overrideProvider(ENVIRONMENT).useValue({ ... })`. */
export const ENVIRONMENT = Symbol('environment');
export const SERVICE = Symbol('service definition');
export const TRANSPORT = Symbol('transport');
export const UNIT_OF_WORK = Symbol('unit of work');
