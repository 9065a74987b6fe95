import { follow, type FlowMap, type FollowedFlow, type FollowedMessage } from '@comptoir/saga';
import type { Happening } from './happening';

/** All that is kept of one type of event in a run: who asks where the run is needs its first and its last. */
export interface Said {
  readonly conversation: string;
  readonly flow: string;
  readonly type: string;
  readonly times: number;
  readonly firstId: string;
  readonly firstAt: Date;
  readonly lastId: string;
  readonly lastAt: Date;
}

/** One run of a flow. */
export interface Run {
  readonly conversation: string;
  readonly flow: string;
  readonly messages: number;
  readonly startedAt: Date;
  readonly lastAt: Date;
  readonly ended: boolean;
  readonly lateFrom: Date | null;
}

export const saidKey = ({ conversation, flow, type }: Pick<Said, 'conversation' | 'flow' | 'type'>) => JSON.stringify([conversation, flow, type]);
export const runKey = ({ conversation, flow }: Pick<Run, 'conversation' | 'flow'>) => JSON.stringify([conversation, flow]);

/** With one event more. The same events give the same, whatever their order. */
export function saidAlso(said: Said | undefined, { conversation, flow, type, eventId, saidAt }: Happening): Said {
  const first = { firstId: eventId, firstAt: saidAt };
  const last = { lastId: eventId, lastAt: saidAt };
  if (!said) return { conversation, flow, type, times: 1, ...first, ...last };
  const isBefore = (at: Date, id: string) => saidAt < at || (saidAt.getTime() === at.getTime() && eventId < id);
  return {
    ...said,
    times: said.times + 1,
    ...(isBefore(said.firstAt, said.firstId) ? first : {}),
    ...(isBefore(said.lastAt, said.lastId) ? {} : last),
  };
}

/** Where a run is on the map. `undefined`: its flow is not on it. */
export function followRun(map: FlowMap, said: readonly Said[], now: Date): FollowedFlow | undefined {
  const messages = said.flatMap(({ type, flow, firstId, firstAt, lastId, lastAt }): FollowedMessage[] => {
    const of = { type, flow, sentBy: '', causationId: undefined };
    return [{ ...of, id: firstId, sentAt: firstAt }, ...(lastId === firstId ? [] : [{ ...of, id: lastId, sentAt: lastAt }])];
  });
  return follow(map, messages, now).flows[0];
}

/** From when on it is late depends on no clock. */
const ANY_TIME = new Date(0);

/** What the list of runs shows of one, by everything said in it. */
export function runOf(map: FlowMap, said: readonly Said[]): Run {
  const [{ conversation, flow } = { conversation: '', flow: '' }] = said;
  const followed = followRun(map, said, ANY_TIME);
  const times = (pick: (said: Said) => Date) => said.map((each) => pick(each).getTime());
  return {
    conversation,
    flow,
    messages: said.reduce((sum, { times: count }) => sum + count, 0),
    startedAt: new Date(Math.min(...times(({ firstAt }) => firstAt))),
    lastAt: new Date(Math.max(...times(({ lastAt }) => lastAt))),
    ended: followed?.ended ?? false,
    lateFrom: followed?.lateFrom ?? null,
  };
}
