import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EndpointUnavailable, IdempotencyKeyReused } from '@comptoir/messaging';
import { createZodDto } from 'nestjs-zod';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { pageOf, PageQuery } from './cursor';
import { HealthController } from './health.controller';
import { createHttpApp } from './http-app';
import { IdempotencyKey } from './idempotency-key';
import { Metrics } from './metrics';
import { MetricsController } from './metrics.controller';
import { notFound } from './problem';
import { Readiness } from './readiness';
import { SERVICE } from './tokens';

class Purchase extends createZodDto(
  z.strictObject({ items: z.array(z.strictObject({ sku: z.string().min(1), quantity: z.int().positive() })).min(1) }),
) {}
class ThingsQuery extends createZodDto(PageQuery) {}

const THINGS = ['a', 'b', 'ß', 'Ω'];

@Controller('things')
class ThingsController {
  @Post()
  @HttpCode(201)
  create(@Body() purchase: Purchase, @IdempotencyKey() key: string | undefined) {
    return { items: purchase.items.length, key: key ?? null };
  }

  @Get()
  list(@Query() { limit, after }: ThingsQuery) {
    const rest = THINGS.filter((thing) => after === undefined || thing > after);
    return pageOf(rest.slice(0, limit + 1), limit, (thing) => thing);
  }

  @Get('failing/:how')
  fail(@Param('how') how: string) {
    if (how === 'missing') throw notFound('thing', 'x1');
    if (how === 'reused') throw new IdempotencyKeyReused('again');
    if (how === 'busy') throw new EndpointUnavailable('full');
    if (how === 'database') throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:5432'), { code: 'ECONNREFUSED' });
    throw new Error('SELECT secret FROM vault');
  }
}

@Module({
  controllers: [ThingsController, HealthController, MetricsController],
  providers: [Readiness, { provide: Metrics, useValue: new Metrics('things') }, { provide: SERVICE, useValue: { name: 'things' } }],
})
class ThingsModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await createHttpApp(ThingsModule);
  app.useLogger(false);
  await app.init();
});
afterAll(() => app.close());

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/things',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
const get = (url: string) => app.inject({ method: 'GET', url });
const GOOD = { items: [{ sku: 'a', quantity: 1 }] };

describe('a request that is not valid', () => {
  it('lists every path that is wrong, as problem details', async () => {
    const response = await post({ items: [{ sku: '', quantity: 1 }, { sku: 'a', quantity: -2, colour: 'red' }] });
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = response.json();
    expect(problem).toMatchObject({ type: 'urn:comptoir:problem:validation-failed', status: 400, detail: '3 things are wrong; see errors' });
    expect(problem.errors.map((error: { path: string }) => error.path)).toEqual(['items[0].sku', 'items[1].quantity', 'items[1]']);
  });

  it('does not list more errors than anybody reads', async () => {
    const items = Array.from({ length: 250 }, () => ({ sku: '', quantity: 1 }));
    const problem = (await post({ items })).json();
    expect(problem.errors).toHaveLength(100);
    expect(problem.errorsNotListed).toBe(150);
  });

  it.each([
    ['malformed JSON', '{"items": [', 400],
    ['an empty body', '', 400],
    ['a body that tries to set the prototype', '{"__proto__": {"admin": true}, "items": []}', 400],
    ['a body beyond the limit', `{"items": "${'x'.repeat(6 * 1024 * 1024)}"}`, 413],
  ])('answers %s with a problem', async (_, payload, status) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  });

  it('refuses another content type', async () => {
    expect((await post('<a/>', { 'content-type': 'text/xml' })).json()).toMatchObject({ status: 415 });
  });

  it.each(['/nowhere', '/things/', '/things/%ZZ', '//'])('answers 4xx to the route %s', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    expect(response.statusCode).toBeLessThan(500);
    expect(response.json()).toMatchObject({ type: 'about:blank', status: response.statusCode });
  });
});

it.each([
  ['no HTTP at all', 'HELLO\r\n\r\n', 400],
  ['headers beyond any need', `GET /things HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
])('answers %s with a problem, on the socket', async (_, sent, status) => {
  const server = app.getHttpServer();
  if (!server.listening) await app.listen(0, '127.0.0.1');
  const socket = connect(Number(new URL(await app.getUrl()).port), '127.0.0.1');
  socket.end(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('Content-Type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status });
});

describe('an error', () => {
  it.each([
    ['missing', 404, 'urn:comptoir:problem:not-found'],
    ['reused', 422, 'urn:comptoir:problem:idempotency-key-reused'],
    ['busy', 503, 'urn:comptoir:problem:unavailable'],
    ['database', 503, 'urn:comptoir:problem:unavailable'],
    ['otherwise', 500, 'urn:comptoir:problem:internal-error'],
  ])('of the kind %s becomes status %i', async (how, status, type) => {
    const response = await get(`/things/failing/${how}`);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ status, type });
  });

  it('says when to try again', async () => {
    expect((await get('/things/failing/busy')).headers['retry-after']).toBe('1');
  });

  it('never shows internals', async () => {
    for (const how of ['otherwise', 'database']) {
      const { body } = await get(`/things/failing/${how}`);
      expect(body).not.toMatch(/vault|ECONNREFUSED|10\.0\.0\.1|at .*\.ts/);
      expect(body).toMatch(/"requestId":"[0-9a-f]{12}-\d+"/);
    }
  });
});

describe('an idempotency key', () => {
  it('is optional', async () => {
    expect((await post(GOOD)).json()).toEqual({ items: 1, key: null });
  });

  it('reaches the controller', async () => {
    expect((await post(GOOD, { 'idempotency-key': 'order 17/a' })).json().key).toBe('order 17/a');
  });

  it.each(['', ' ', 'x'.repeat(256), 'tab\tbed', 'caf\u00e9'])('like %j is refused', async (key) => {
    const response = await post(GOOD, { 'idempotency-key': key });
    expect(response.statusCode).toBe(400);
    expect(response.json().type).toBe('urn:comptoir:problem:idempotency-key-invalid');
  });
});

describe('a list', () => {
  it('is read page by page', async () => {
    const first = (await get('/things?limit=3')).json();
    expect(first.items).toEqual(['a', 'b', 'ß']);
    const second = (await get(`/things?limit=3&after=${first.next}`)).json();
    expect(second).toEqual({ items: ['Ω'], next: null });
  });

  it.each(['limit=0', 'limit=1001', 'limit=many', 'after=', 'after=!!', `after=${Buffer.from('\0').toString('base64url')}`])(
    'refuses the query %s',
    async (query) => {
      expect((await get(`/things?${query}`)).statusCode).toBe(400);
    },
  );
});

describe('operations', () => {
  it('describes the API, with the idempotency header and the shape of errors', async () => {
    const document = (await get('/docs-json')).json();
    const { post: operation } = document.paths['/things'];
    expect(document.info.title).toBe('things');
    expect(operation.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }));
    expect(operation.responses).toMatchObject({ 422: {}, default: { content: { 'application/problem+json': {} } } });
    expect(document.components.schemas.Purchase.properties.items.type).toBe('array');
    expect(document.paths['/things'].get.parameters.map((each: { name: string }) => each.name).sort()).toEqual(['after', 'limit']);
  });

  it('shows the page', async () => {
    expect((await get('/docs')).body).toContain('swagger-ui');
  });

  it('measures requests by route, not by URL', async () => {
    await get('/things/failing/missing');
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain('http_request_seconds_count{service="things",method="GET",route="/things/failing/:how",status="404"} ');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('is live, and ready while every check passes', async () => {
    const readiness = app.get(Readiness);
    const gateway: { fault?: Error } = {};
    readiness.add('gateway', async () => {
      if (gateway.fault) throw gateway.fault;
    });
    expect((await get('/health/live')).json()).toEqual({ status: 'live' });
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', service: 'things', checks: { gateway: 'ok' } });
    gateway.fault = new Error('no answer');
    const response = await get('/health/ready');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ checks: { gateway: 'no answer' } });
  });
});
