import { growth, labelValues, samplesIn } from './metrics';

const text = (queued: number, placed: number) => `# HELP messaging_batch_size_sum help
# TYPE messaging_batch_size histogram
messaging_batch_size_sum{work="inventory.reserve-stock",service="inventory"} ${queued}
messaging_batch_size_sum{work="orders.place-order",service="orders"} ${placed}
messaging_batch_size_count{work="orders.place-order",service="orders"} 3
up 1
`;

describe('the services’ own counts', () => {
  it('grow over all labels, or those that match', () => {
    const [before, after] = [samplesIn(text(10, 20)), samplesIn(text(15, 50))];
    expect(growth(before, after, 'messaging_batch_size_sum')).toBe(35);
    expect(growth(before, after, 'messaging_batch_size_sum', 'work="orders.place-order"')).toBe(30);
    expect(growth(before, after, 'messaging_batch_size')).toBe(0);
    expect(growth(before, after, 'up')).toBe(0);
  });

  it('begin at nothing where they were not there before', () => {
    expect(growth(new Map(), samplesIn(text(15, 50)), 'messaging_batch_size_sum')).toBe(65);
  });

  it('name their work', () => {
    expect(labelValues(samplesIn(text(1, 2)), 'messaging_batch_size_sum', 'work')).toEqual(['inventory.reserve-stock', 'orders.place-order']);
  });
});
