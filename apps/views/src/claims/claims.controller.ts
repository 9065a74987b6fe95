import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { pageOf } from '@comptoir/platform';
import { ApiOnly } from '../projections/providers';
import { placeKey } from '../rows/pages';
import { Reads } from '../rows/reads';
import { claimBoard } from './board';
import { BoardQuery, ClaimBoard, ClaimPage, ClaimStats, claimView, PeriodQuery, SearchQuery } from './claim-views';
import { searchClaims } from './search';
import { claimStats } from './stats';

@ApiTags('claims')
@Controller('claims')
@UseGuards(ApiOnly)
export class ClaimsController {
  constructor(private readonly reads: Reads) {}

  @Get('search')
  @ApiOperation({ summary: 'Claims by what is known of them, and by words' })
  @ApiOkResponse({ type: ClaimPage })
  async search(@Query() query: SearchQuery) {
    const rows = await searchClaims(this.reads, query);
    const keyOf = (row: (typeof rows)[number]) =>
      placeKey(query.sort, { time: (query.sort.endsWith('openedAt') ? row.openedAt : row.updatedAt) as Date, id: row.claimId });
    const { items, next } = pageOf(rows, query.limit, keyOf);
    return { items: items.map(claimView), next };
  }

  @Get('board')
  @ApiOperation({ summary: 'A column per status, with the claims in which something happened last' })
  @ApiOkResponse({ type: ClaimBoard })
  async board(@Query() query: BoardQuery) {
    return { columns: await claimBoard(this.reads, query) };
  }

  @Get('stats')
  @ApiOperation({ summary: 'By status, reason and refund, with times to resolution' })
  @ApiOkResponse({ type: ClaimStats })
  stats(@Query() query: PeriodQuery) {
    return claimStats(this.reads, query);
  }
}
