/** Injection tokens of what has no class. */
export const ENVIRONMENT = Symbol('environment');
export const SERVICE = Symbol('service definition');
export const TRANSPORT = Symbol('transport');
export const UNIT_OF_WORK = Symbol('unit of work');
