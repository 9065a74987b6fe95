/** A message as a tracker keeps it: its envelope. */
export interface FollowedMessage {
  readonly id: string;
  /** `<owner>.<action>`. */
  readonly type: string;
  readonly flow: string;
  readonly sentAt: Date;
  readonly sentBy: string;
  readonly causationId: string | undefined;
}

/** What happened, each message once, in the order of time; a cause before its effects, whatever their clocks say. */
export function timelineOf(messages: readonly FollowedMessage[]): readonly FollowedMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const places = new Map<string, { at: number; depth: number }>();
  const placeOf = (message: FollowedMessage): { at: number; depth: number } => {
    const known = places.get(message.id);
    if (known) return known;
    // Set before its cause is asked: a circle of causes, which only a forger can make, ends here.
    places.set(message.id, { at: message.sentAt.getTime(), depth: 0 });
    const cause = message.causationId === undefined ? undefined : byId.get(message.causationId);
    if (!cause) return { at: message.sentAt.getTime(), depth: 0 };
    const before = placeOf(cause);
    const place = { at: Math.max(message.sentAt.getTime(), before.at), depth: before.depth + 1 };
    places.set(message.id, place);
    return place;
  };
  const placed = [...byId.values()].sort((a, b) => compare(a.id, b.id)).map((message) => ({ message, ...placeOf(message) }));
  return placed.sort((a, b) => a.at - b.at || a.depth - b.depth).map(({ message }) => message);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
