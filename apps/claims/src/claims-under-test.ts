import { REFUND } from '@comptoir/contracts/claims';
import { serviceUnderTest, type ServiceUnderTest, type UnderTestOptions } from '@comptoir/platform/testing';
import type { Granted } from './refund-lines';
import { sample } from './claims-testing';
import { claims, ClaimsModule } from './claims.module';
import { OrdersStub } from './orders-stub';

interface Told {
  readonly claimId: string;
  readonly version: number;
  readonly status: string;
  readonly verification: string;
  readonly refundId: string | null;
}

interface Kept {
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** The whole service beside a stand-in for orders, and the words of those who file and treat claims. */
export class ClaimsUnderTest {
  readonly orders = new OrdersStub();
  subject!: ServiceUnderTest;

  async start(env: Record<string, string> = {}, hears?: UnderTestOptions['hears']): Promise<void> {
    await this.orders.up();
    this.subject = await serviceUnderTest(ClaimsModule, claims, { flow: REFUND, hears, env: { ORDERS_URL: this.orders.url, ...env } });
  }

  async stop(): Promise<void> {
    await this.subject?.stop();
    await this.orders.down();
  }

  /** An order of its own that is there, and a complaint about it. */
  newOrder() {
    const { orderId, order, complaint } = sample();
    this.orders.orders.set(orderId, order);
    return { orderId, order, complaint };
  }

  file(complaint: object, headers: Record<string, string> = {}) {
    return this.subject.send('POST', '/claims', complaint, headers);
  }

  async filed(complaint: object = this.newOrder().complaint): Promise<Told> {
    const response = await this.file(complaint);
    if (response.statusCode !== 201) throw new Error(`Filing was answered with ${response.statusCode}: ${response.body}`);
    return response.json<Told>();
  }

  command(claimId: string, command: string, version: number | string | undefined, body?: object, headers: Record<string, string> = {}) {
    const tag = typeof version === 'number' ? `"${version}"` : version;
    const ifMatch: Record<string, string> = tag === undefined ? {} : { 'if-match': tag };
    return this.subject.send('POST', `/claims/${claimId}/${command}`, body, { ...ifMatch, ...headers });
  }

  async done(claimId: string, command: string, version: number, body?: object): Promise<Told> {
    const response = await this.command(claimId, command, version, body);
    if (response.statusCode !== 200) throw new Error(`${command} was answered with ${response.statusCode}: ${response.body}`);
    return response.json<Told>();
  }

  /** Assigned and begun. */
  async treated({ claimId, version }: Told): Promise<Told> {
    const assigned = await this.done(claimId, 'assign', version, { assignee: 'ann' });
    return this.done(claimId, 'start-treatment', assigned.version);
  }

  async approved(lines: readonly Granted[] = [{ sku: 'TEAPOT', quantity: 1 }]): Promise<Told & { orderId: string; refundId: string }> {
    const { orderId, complaint } = this.newOrder();
    const { claimId, version } = await this.treated(await this.filed(complaint));
    const told = await this.done(claimId, 'approve', version, { lines });
    return { ...told, orderId, refundId: told.refundId ?? '' };
  }

  async read(claimId: string, query = '') {
    return (await this.subject.send('GET', `/claims/${claimId}${query}`)).json<Told & Record<string, unknown>>();
  }

  async eventsOf(claimId: string) {
    return (await this.subject.send('GET', `/claims/${claimId}/events`)).json<{ items: Kept[] }>().items;
  }

  heardOf(claimId: string) {
    return this.subject.heard.filter(({ body }) => body['claimId'] === claimId);
  }

  /** The parts of a refund's events. */
  refund(claim: { claimId: string; orderId: string; refundId: string }) {
    const { claimId, orderId, refundId } = claim;
    return { claimId, orderId, refundId };
  }
}
