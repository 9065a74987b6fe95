import { event } from '@comptoir/contracts';
import { service } from '@comptoir/messaging';
import { z } from 'zod';
import { reaction, type WaitOptions } from '../reaction';
import { checkFlows } from './check';
import { flowMap } from './flow-map';
import { follow } from './follow';
import { flowToMermaid } from './mermaid';
import type { FollowedMessage } from './timeline';

/** A flow whose initiator owns the pivot: it decides about its own deadline. */
const stream = { stream: () => 'parcel' };
const of = z.object({});
const Asked = event('shop.asked', 1, of, stream);
const Packed = event('depot.packed', 1, of, stream);
const PackingRefused = event('depot.packing-refused', 1, of, stream);
const Unpacked = event('depot.unpacked', 1, of, stream);
const Sold = event('shop.sold', 1, of, { ...stream, terminal: true });
const NotSold = event('shop.not-sold', 1, of, stream);
const GivenUp = event('shop.given-up', 1, of, { ...stream, terminal: true });

const batch = async () => undefined;
const waits: WaitOptions = { since: Asked, deadline: '2m', says: NotSold, until: [Sold, GivenUp] };

const sell = (wait?: WaitOptions, flow = 'parcel') =>
  reaction(flow, { name: `sell-${flow}`, on: Packed, kind: 'pivot', emits: [Sold, NotSold], refusals: [NotSold], waits: wait, batch });
const giveUp = (flow = 'parcel') =>
  reaction(flow, { name: `give-up-${flow}`, on: [PackingRefused, Unpacked], kind: 'retriable', emits: [GivenUp], batch });
const pack = (wait?: WaitOptions, flow = 'parcel') =>
  reaction(flow, {
    name: `pack-${flow}`, on: Asked, kind: 'compensatable', emits: [Packed, PackingRefused], refusals: [PackingRefused], waits: wait, batch,
    undoneBy: NotSold, undo: { emits: [Unpacked], batch },
  });
const shop = (...handlers: ReturnType<typeof sell>) => service({ name: 'shop', handlers: [...handlers, ...giveUp()], emits: [Asked] });
const depot = (...handlers: ReturnType<typeof pack>) => service({ name: 'depot', handlers });
const map = flowMap([shop(...sell(waits)), depot(...pack())]);

const START = Date.UTC(2024, 0, 1, 9);
const at = (ms: number) => new Date(START + ms);
const said = (...types: readonly string[]): FollowedMessage[] =>
  types.map((type, nth) => ({
    id: `m${nth}`, type, flow: 'parcel', sentAt: at(nth * 1_000), sentBy: 'x', causationId: nth > 0 ? `m${nth - 1}` : undefined,
  }));
const where = (now: Date, ...types: readonly string[]) => {
  const [flow] = follow(map, said(...types), now).flows;
  return { ended: flow?.ended, overdue: flow?.overdue, expected: flow?.expected.map(({ part, says }) => [part, ...says]) };
};

it('finds nothing wrong with an initiator that owns the pivot and ends the flow itself', () => {
  expect(checkFlows(map)).toEqual([]);
});

it('draws what it says after its deadline', () => {
  expect(flowToMermaid(map.flows[0]!)).toContain('NotSold<br>NotSold after 2 min');
});

it('finds a part that decides about the flow and is not the pivot', () => {
  const hasty = pack({ ...waits, says: PackingRefused });
  const found = checkFlows(flowMap([shop(...sell()), depot(...hasty)]));
  expect(found.map(({ code, subject }) => [code, subject])).toEqual([['deadline-asks-another', 'depot.pack-parcel']]);
  expect(found[0]?.sentence).toContain('only the pivot (shop.sell-parcel) may fail parcel');
});

describe('such a flow is followed', () => {
  it('to its good end', () => {
    expect(where(at(5_000), Asked.name, Packed.name)).toEqual({ ended: false, overdue: false, expected: [['sell-parcel', Sold.name, NotSold.name]] });
    expect(where(at(5_000), Asked.name, Packed.name, Sold.name)).toEqual({ ended: true, overdue: false, expected: [] });
  });

  it('past a refusal of the pivot, which does not end it, to the end', () => {
    expect(where(at(5_000), Asked.name, Packed.name, NotSold.name)).toMatchObject({ ended: false, expected: [['undo-pack-parcel', Unpacked.name]] });
    expect(where(at(5_000), Asked.name, Packed.name, NotSold.name, Unpacked.name, GivenUp.name)).toMatchObject({ ended: true, expected: [] });
  });

  it('and expects of its initiator to say so when its deadline has passed', () => {
    expect(where(at(121_000), Asked.name)).toEqual({
      ended: false,
      overdue: true,
      expected: [['pack-parcel', Packed.name, PackingRefused.name], ['sell-parcel', NotSold.name]],
    });
  });
});

it('says in one flow what starts nothing in another that has the same events', () => {
  const both = flowMap([
    service({ name: 'shop', handlers: [...sell(waits), ...giveUp(), ...sell(waits, 'gift'), ...giveUp('gift')], emits: [Asked] }),
    // Of the gift nobody undoes the packing: that the parcel's undo says the same event must not hide it.
    service({ name: 'depot', handlers: [...pack(), pack(undefined, 'gift')[0]] }),
  ]);
  expect(both.flows.map(({ name, starts }) => [name, starts])).toEqual([['gift', [Asked.name]], ['parcel', [Asked.name]]]);
  expect(checkFlows(both).map(({ flow, code, subject }) => `${flow} ${code} ${subject}`)).toContain('gift event-without-source depot.unpacked');
});
