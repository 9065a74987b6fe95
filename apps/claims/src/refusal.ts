import { CodedError } from '@comptoir/contracts';

export type RefusalCode =
  | 'claim-not-found'
  | 'version-mismatch'
  | 'wrong-status'
  | 'claim-not-verified'
  | 'claim-verification-failed'
  | 'claim-does-not-fit-order'
  | 'refund-lines-refused';

/** A command that a claim, as it is, cannot follow: nothing happened. The message is for people. */
export class ClaimRefused extends CodedError {
  constructor(
    readonly code: RefusalCode,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message, data);
  }
}
