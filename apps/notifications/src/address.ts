/** What may stand before the @ without quotes (RFC 5321, 4.1.2), and how long it may be (4.5.3.1.1). */
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LONGEST = 64;

/**
 * A customer's address, `<customerId>@<domain>`, for a domain that delivers by customer id: the system keeps no addresses, and
 * makes none up. `undefined` without a domain, and for an id that would have to be changed to stand in an address: the changed
 * one might be somebody else's.
 */
export const addressOf = (customerId: string, domain: string | undefined): string | undefined =>
  domain !== undefined && customerId.length <= LONGEST && DOT_ATOM.test(customerId) ? `${customerId}@${domain}` : undefined;
