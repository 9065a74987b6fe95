export const CHANNELS = ['log', 'file', 'smtp'] as const;
export type ChannelName = (typeof CHANNELS)[number];

export interface Mail {
  /** The same for every attempt, and no other mail's: who gets it twice can tell. */
  readonly key: string;
  readonly customerId: string;
  /** `undefined`: the customer has none. */
  readonly address: string | undefined;
  readonly subject: string;
  readonly text: string;
}

/** A way to customers. At least once: an attempt whose end nobody recorded is made again, under the same key. */
export interface Channel {
  readonly name: ChannelName;
  readonly needsAddress: boolean;
  /**
   * Resolves with `undefined` when it has the mail, and with a reason where it will never take it. Throws where it may take
   * it another time, at the latest when the signal aborts.
   */
  send(mail: Mail, signal: AbortSignal): Promise<string | undefined>;
}
