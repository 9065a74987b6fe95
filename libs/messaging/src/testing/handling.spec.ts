import { command, event } from '@comptoir/contracts';
import { z } from 'zod';
import { HandlerContractBroken } from '../errors';
import { handle } from '../handler';
import { inMemoryUnitOfWork, type InMemoryTransaction } from '../in-memory/unit-of-work';
import { handling } from './handling';
import { message } from './message';

const Charged = event('till.charged', 1, z.object({ order: z.string(), receipt: z.string() }), {
  stream: ({ order }) => order,
});
const Declined = event('till.declined', 1, z.object({ order: z.string() }), { stream: ({ order }) => order });
const Charge = command('till.charge', 1, z.object({ order: z.string(), pence: z.int().positive() }), {
  answers: [Charged, Declined],
});

class Gateway {
  readonly calls: string[] = [];
  charge(order: string) {
    this.calls.push(order);
    return `receipt-${order}`;
  }
}

const charge = handle<typeof Charge, never, string, InMemoryTransaction>(Charge, {
  emits: [Charged, Declined],
  known: async (commands, tx) => commands.map(({ body }) => tx.table<string>('charges').get(body.order)),
  call: async ({ body }, { get }) => get(Gateway).charge(body.order),
  batch: async (commands, tx, results) =>
    commands.map(({ body }, index) => {
      const receipt = results[index] ?? '';
      tx.table<string>('charges').set(body.order, receipt);
      return Charged({ order: body.order, receipt });
    }),
});

describe('handling', () => {
  const setup = () => {
    const gateway = new Gateway();
    const run = handling(charge, { unitOfWork: inMemoryUnitOfWork(), providers: new Map([[Gateway, gateway]]) });
    return { gateway, run };
  };
  const command = (order: string) => message(Charge, { order, pence: 5 });

  it('tells what each message led to', async () => {
    expect(await setup().run(command('a'), command('b'))).toEqual([
      [Charged({ order: 'a', receipt: 'receipt-a' })],
      [Charged({ order: 'b', receipt: 'receipt-b' })],
    ]);
  });

  it('calls out only for what is not known yet', async () => {
    const { gateway, run } = setup();
    await run(command('a'));
    await run(command('a'), command('b'));
    expect(gateway.calls).toEqual(['a', 'b']);
  });

  it('names the provider a test forgot', async () => {
    await expect(handling(charge, { unitOfWork: inMemoryUnitOfWork() })(command('a'))).rejects.toThrow(
      'The test gives charge no Gateway',
    );
  });

  it('holds a handler to its declaration', async () => {
    const silent = { ...charge, known: undefined, call: undefined, batch: async () => [] };
    await expect(handling(silent, { unitOfWork: inMemoryUnitOfWork() })(command('a'))).rejects.toThrow(HandlerContractBroken);
  });
});

describe('message', () => {
  it('is what a handler would get off the wire', () => {
    expect(message(Charged, { order: 'a', receipt: 'r' })).toMatchObject({
      type: Charged,
      body: { order: 'a', receipt: 'r' },
      stream: 'a',
      streamVersion: 1,
      attempt: 1,
      flow: 'none',
    });
  });

  it('refuses a body that breaks the contract', () => {
    expect(() => message(Charge, { order: 'a', pence: -1 })).toThrow(/pence/);
  });

  it('takes what a test wants to be different', () => {
    const late = message(Charge, { order: 'a', pence: 1 }, { attempt: 3, correlationId: 'order-a', flow: 'sale' });
    expect([late.attempt, late.correlationId, late.flow, late.stream]).toEqual([3, 'order-a', 'sale', undefined]);
  });
});
