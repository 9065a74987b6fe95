import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiConflictResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CodedError } from '@comptoir/contracts';
import type { ParkedEvent } from '@comptoir/event-store';
import { notFound, Problem, ServiceLogger } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Reads } from '../rows/reads';
import { hashesOf } from './hash';
import { Projections } from './projections';

const Name = z.object({ name: z.string().max(64) });
class ViewParam extends createZodDto(Name) {}
class ParkedParam extends createZodDto(Name.extend({ position: z.coerce.number().int().positive() })) {}
class Discarding extends createZodDto(z.strictObject({ by: z.string().min(1).max(100), reason: z.string().min(1).max(500) })) {}

const Generation = z.object({
  generation: z.int(),
  version: z.int().meta({ description: 'Of the code that builds it' }),
  live: z.boolean().meta({ description: 'What queries read' }),
  position: z.int().meta({ description: 'Everything of the log up to here is in it, or parked' }),
  behind: z.int().meta({ description: 'Positions of the log that are still to be read' }),
  waitingSeconds: z.number().meta({ description: 'How long the first event that is not in it has waited' }),
  parked: z.int(),
});
class ProjectionList extends createZodDto(
  z.object({ head: z.int(), items: z.array(z.object({ name: z.string(), generations: z.array(Generation) })) }),
) {}

class Hashes extends createZodDto(
  z.object({
    name: z.string(),
    generations: z.array(z.object({ generation: z.int(), live: z.boolean(), position: z.int(), rows: z.int(), hash: z.string() })),
  }),
) {}
class Rebuilding extends createZodDto(
  z.object({ name: z.string(), generations: z.array(Generation.pick({ generation: true, version: true, live: true, position: true })) }),
) {}
class ParkedList extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        name: z.string(),
        generation: z.int(),
        position: z.int().meta({ description: 'In the log' }),
        eventId: z.uuid(),
        stream: z.string(),
        type: z.string(),
        error: z.string(),
      }),
    ),
  }),
) {}
class ParkedOutcome extends createZodDto(z.object({ name: z.string(), position: z.int(), outcome: z.enum(['projected', 'discarded']) })) {}

/** How the views are carried on, and what a person may do about it. In every process, whatever its roles. */
@ApiTags('projections')
@Controller('projections')
export class ProjectionsController {
  constructor(
    private readonly projections: Projections,
    private readonly reads: Reads,
    private readonly logger: ServiceLogger,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Every view: how far it has come in the log, its rebuild if there is one' })
  @ApiOkResponse({ type: ProjectionList })
  async list() {
    const lags = await this.projections.lag();
    const now = Date.now();
    const items = this.projections.all.map(({ view }, index) => ({
      name: view.name,
      generations: (lags[index] ?? []).map(({ name: _name, waitingSince, ...lag }) => ({
        ...lag,
        waitingSeconds: waitingSince ? Math.max(0, now - waitingSince.getTime()) / 1_000 : 0,
      })),
    }));
    return { head: await this.projections.tail.head(), items };
  }

  @Get(':name/hash')
  @ApiOperation({ summary: 'Hashes of its generations: equal at one position, equal in what they say. Reads every row' })
  @ApiOkResponse({ type: Hashes })
  @ApiNotFoundResponse()
  async hash(@Param() { name }: ViewParam) {
    return { name, generations: await hashesOf(this.reads, this.find(name).view) };
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  @ApiOperation({ summary: 'Build it anew beside the live one, which serves until the new one has caught up' })
  @ApiAcceptedResponse({ type: Rebuilding })
  @ApiNotFoundResponse()
  async rebuild(@Param() { name }: ViewParam) {
    const { projector } = this.find(name);
    await projector.rebuild();
    this.logger.info('A view is rebuilt', { view: name });
    const lags = await projector.lag();
    return { name, generations: lags.map(({ generation, version, live, position }) => ({ generation, version, live, position })) };
  }

  @Get(':name/parked')
  @ApiOperation({ summary: 'Events that it could not take' })
  @ApiOkResponse({ type: ParkedList })
  @ApiNotFoundResponse()
  async parked(@Param() { name }: ViewParam): Promise<{ items: readonly ParkedEvent[] }> {
    this.find(name);
    return { items: await this.projections.parked(name) };
  }

  @Post(':name/parked/:position/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take it after all' })
  @ApiOkResponse({ type: ParkedOutcome })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It failed again, and stays parked' })
  async retry(@Param() { name, position }: ParkedParam) {
    const { projector } = this.find(name);
    const done = await projector.retry(position).catch((error: unknown) => {
      throw stillFails(error);
    });
    if (!done) throw notFound('parked event', `${name} ${position}`);
    this.logger.info('A parked event was projected', { view: name, position });
    return { name, position, outcome: 'projected' };
  }

  @Post(':name/parked/:position/discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Leave it out for good; who decided so and why goes to the log of the process' })
  @ApiOkResponse({ type: ParkedOutcome })
  @ApiNotFoundResponse()
  async discard(@Param() { name, position }: ParkedParam, @Body() { by, reason }: Discarding) {
    if (!(await this.find(name).projector.discard(position))) throw notFound('parked event', `${name} ${position}`);
    this.logger.warn('A parked event was discarded', { view: name, position, by, reason });
    return { name, position, outcome: 'discarded' };
  }

  private find(name: string) {
    const projected = this.projections.of(name);
    if (!projected) throw notFound('projection', name);
    return projected;
  }
}

/** Its own failure is the caller's to know; any other, such as a database that is away, is not. */
function stillFails(error: unknown): unknown {
  const sqlState = (error as { code?: unknown }).code;
  const ownFault = error instanceof CodedError || (typeof sqlState === 'string' && /^2[23]/.test(sqlState));
  if (!ownFault) return error;
  return new Problem({
    status: 409,
    code: 'still-fails',
    title: 'The event fails again',
    detail: error instanceof CodedError ? error.message : `The database refuses it (${sqlState as string})`,
  });
}
