import fc from 'fast-check';
import type { Refund } from './refund';
import { close, hold, LOOK_AGAIN, payOut, release, type Account, type Payout, type Settled } from './rules';

const REFUNDS = 4;
/** And how often each: the ends come seldom enough that something is under way when they do. */
const OPERATIONS = { request: 8, start: 12, ask: 12, record: 4, close: 2, 'close-late': 2, undo: 2, 'give-back-whole': 2 } as const;
type Operation = keyof typeof OPERATIONS;
type Step = readonly [operation: Operation, refund: number, amount: number];

const operation = fc.oneof(...(Object.keys(OPERATIONS) as Operation[]).map((name) => ({ arbitrary: fc.constant(name), weight: OPERATIONS[name] })));
const steps = fc.array(fc.tuple(operation, fc.nat(REFUNDS - 1), fc.integer({ min: 0, max: 600 })), { maxLength: 60, size: 'max' });

/** One order's payment and several refunds of it, at payments and at a gateway that decides by itself, as ours does. */
class World {
  account: Account = { orderId: 'order', state: 'captured', captured: 1000, refunded: 0, held: 0, currency: 'GBP' };
  readonly refunds = new Map<number, Refund>();
  /** The gateway's decisions by key, and all it ever gave back. */
  private readonly decided = new Map<number, NonNullable<Payout>>();
  given = 0;
  /** Payouts whose answer has come, or not yet, and is not recorded. */
  private readonly underWay: { readonly refund: number; payout: Payout }[] = [];

  constructor(private readonly refuses: ReadonlySet<number>) {}

  step([operation, refund, amount]: Step): void {
    const ids = { refundId: String(refund), claimId: 'claim', orderId: 'order' };
    const before = { account: this.account, refund: this.refunds.get(refund) };
    switch (operation) {
      case 'request': {
        const lines = [{ sku: 'MUG', quantity: 1, amount, restock: true }];
        return this.take(refund, hold(before, { ...ids, customerId: 'C-1', lines, total: { amount, currency: 'GBP' } }));
      }
      case 'start':
        if (before.refund?.state === 'held') this.refunds.set(refund, { ...before.refund, state: 'paying' });
        if (before.refund?.state === 'held' || before.refund?.state === 'paying') this.underWay.push({ refund, payout: undefined });
        return;
      case 'ask': {
        const next = this.underWay.find((each) => each.refund === refund && !each.payout);
        if (next) next.payout = this.ask(refund);
        return;
      }
      case 'record': {
        const at = this.underWay.findIndex((each) => each.refund === refund && each.payout);
        const [answered] = at < 0 ? [] : this.underWay.splice(at, 1);
        return this.take(refund, payOut(before, ids, answered?.payout));
      }
      case 'close':
        return this.take(refund, close(before, ids, 'closed', before.refund?.state === 'paying' ? this.ask(refund) : undefined));
      case 'close-late':
        return this.take(refund, close(before, ids, 'closed', undefined));
      case 'undo':
        // Not before a payout has ended: the message is retried.
        if (before.refund?.state === 'paying' || before.refund?.state === 'issued') expect(() => release(before, ids, 'undone')).toThrow();
        else this.take(refund, release(before, ids, 'undone'));
        return;
      case 'give-back-whole':
        this.given = this.account.captured;
        this.account = { ...this.account, state: 'refunded', refunded: this.account.captured };
        return;
    }
  }

  private ask(refund: number): NonNullable<Payout> {
    const known = this.decided.get(refund);
    if (known) return known;
    const amount = this.refunds.get(refund)?.amount ?? 0;
    const status = this.refuses.has(refund) || this.given + amount > this.account.captured ? 'refused' : 'paid';
    if (status === 'paid') this.given += amount;
    const decision = { status, reason: null } as const;
    this.decided.set(refund, decision);
    return decision;
  }

  private take(refund: number, after: Settled | typeof LOOK_AGAIN): void {
    if (after === LOOK_AGAIN) return;
    this.account = after.account ?? this.account;
    this.refunds.set(refund, after.refund);
  }
}

const ended = ['issued', 'released', 'refused', 'void'];

it('whatever comes in whatever order: never more than was captured is given back, and nothing stays held', () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(steps, fc.uniqueArray(fc.nat(REFUNDS - 1)), (history, refuses) => {
      const world = new World(new Set(refuses));
      for (const step of history) {
        const before = new Map(world.refunds);
        world.step(step);
        const { state, captured, refunded, held } = world.account;
        // Not by `expect`, which is too slow for a hundred thousand steps.
        const holds = world.given <= captured && refunded <= captured && held >= 0 && (state !== 'captured' || refunded + held <= captured);
        // An end is for good.
        const changed = [...before].find(([id, refund]) => ended.includes(refund.state) && world.refunds.get(id)?.state !== refund.state);
        if (!holds || changed) throw new Error(`After ${step.join(' ')}: ${JSON.stringify({ ...world.account, given: world.given, changed })}`);
      }
      // The initiator asks for every end, and each failure is undone.
      for (const refund of world.refunds.keys()) {
        world.step(['close', refund, 0]);
        if (world.refunds.get(refund)?.state !== 'issued') world.step(['undo', refund, 0]);
      }
      const issued = [...world.refunds.values()].filter(({ state }) => state === 'issued').reduce((sum, { amount }) => sum + amount, 0);
      expect(world.account.held).toBe(0);
      expect(world.account.refunded).toBe(world.given);
      if (world.account.state === 'captured') expect(issued).toBe(world.given);
      for (const { state } of world.refunds.values()) {
        expect(ended).toContain(state);
        reached.add(state);
      }
    }),
    { numRuns: 500 },
  );
  expect([...reached].sort()).toEqual([...ended].sort());
});
