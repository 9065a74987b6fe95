import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Day } from '@comptoir/contracts/time';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { ApiOnly } from '../projections/providers';
import { Conditions, liveOf } from '../rows/conditions';
import { Reads } from '../rows/reads';
import { OUTCOMES } from './outcomes-view';

class OutcomesQuery extends createZodDto(
  z.object({
    flow: z.string().max(64).regex(/^[^\0]*$/).optional().meta({ example: 'order-fulfilment' }),
    from: Day.optional().meta({ description: 'The first day, UTC' }),
    to: Day.optional().meta({ description: 'The last day, UTC' }),
  }),
) {}
const Outcome = z.object({
  day: z.iso.date(),
  flow: z.string(),
  outcome: z.enum(OUTCOMES),
  reason: z.string().nullable(),
  runs: z.int(),
});
type Outcome = z.infer<typeof Outcome>;
class Outcomes extends createZodDto(z.object({ items: z.array(Outcome) })) {}

const MAX_ROWS = 1_000;

@ApiTags('outcomes')
@Controller('outcomes')
@UseGuards(ApiOnly)
export class OutcomesController {
  constructor(private readonly reads: Reads) {}

  @Get()
  @ApiOperation({ summary: `How the runs of each flow ended, by day, the latest first; ${MAX_ROWS} rows at most` })
  @ApiOkResponse({ type: Outcomes })
  async list(@Query() { flow, from, to }: OutcomesQuery) {
    const where = new Conditions()
      .add(`generation = ${liveOf('outcomes')} AND runs <> 0`)
      .when(flow, (value) => `flow = ${value}`)
      .when(from, (day) => `day >= ${day}::date`)
      .when(to, (day) => `day <= ${day}::date`);
    const items = await this.reads.query<Outcome>(
      `SELECT outcome_day.day::text AS day, flow, outcome, nullif(reason, '') AS reason, runs FROM views.outcome_day WHERE ${where}
       ORDER BY outcome_day.day DESC, flow, outcome, outcome_day.reason LIMIT ${where.value(MAX_ROWS)}`,
      where.values,
    );
    return { items };
  }
}
