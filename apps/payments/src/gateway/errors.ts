/** The gateway did not answer in time. Whether it captured is not known; asking again with the same key tells. */
export class GatewayTimeout extends Error {
  readonly code = 'gateway-timeout';
  constructor(readonly data: { readonly key: string; readonly timeoutMs: number }) {
    super(`The payment gateway did not answer for ${data.key} within ${data.timeoutMs} ms`);
    this.name = 'GatewayTimeout';
  }
}

/** The gateway answered with a technical error. Whether it captured is not known either. */
export class GatewayFailed extends Error {
  readonly code = 'gateway-failed';
  constructor(readonly data: { readonly key: string }) {
    super(`The payment gateway failed for ${data.key}`);
    this.name = 'GatewayFailed';
  }
}

/** The idempotency key had been used for something else. */
export class GatewayKeyReused extends Error {
  readonly code = 'gateway-key-reused';
  constructor(readonly data: { readonly key: string; readonly recorded: string; readonly asked: string }) {
    super(`Key ${data.key} was used for ${data.recorded} and cannot be used for ${data.asked}`);
    this.name = 'GatewayKeyReused';
  }
}
