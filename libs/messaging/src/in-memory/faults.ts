import { sameStep, type Fault } from './choice';
import type { BrokerState } from './state';

/** Everything that could go wrong now, in a stable order. */
export function faultsOf({ connections, queues }: BrokerState): Fault[] {
  const open = [...connections.values()].filter(({ status }) => status === 'open');
  const unsure = open.filter(({ confirms }) => confirms.length > 0);
  const consuming = open.flatMap(({ channels }) => channels.filter((channel) => channel.consuming));
  return [
    ...open.map(({ name }): Fault => ({ kind: 'disconnect', connection: name })),
    ...unsure.map(({ name }): Fault => ({ kind: 'lose-confirm', connection: name })),
    ...consuming.map(({ id }): Fault => ({ kind: 'cut', subscription: id })),
    ...[...queues.values()].flatMap(({ name, ready }): Fault[] => [
      ...(ready.length > 0 ? [{ kind: 'duplicate', queue: name } as const] : []),
      ...ready.slice(1).map((_, index): Fault => ({ kind: 'reorder', queue: name, position: index + 1 })),
    ]),
  ];
}

/** Makes one of them happen. */
export function inject(state: BrokerState, fault: Fault): void {
  if (!faultsOf(state).some((each) => sameStep(each, fault)))
    throw new Error(`Cannot go wrong now: ${JSON.stringify(fault)}`);
  switch (fault.kind) {
    case 'disconnect':
      return state.drop(state.connection(fault.connection));
    case 'lose-confirm':
      return state.connection(fault.connection).confirms.shift()?.publish.settle('unknown');
    case 'cut': {
      const channel = state.channel(fault.subscription);
      return state.lose(channel, state.connectionOf(channel));
    }
    case 'duplicate': {
      const { ready } = state.queue(fault.queue);
      return void ready.unshift(...ready.slice(0, 1));
    }
    case 'reorder': {
      const { ready } = state.queue(fault.queue);
      return void ready.unshift(...ready.splice(fault.position, 1));
    }
  }
}
