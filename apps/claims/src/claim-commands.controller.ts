import { Body, Controller, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Endpoint, type RequestHandler, type SqlTransaction } from '@comptoir/messaging';
import { IdempotencyKey } from '@comptoir/platform';
import { approveClaim } from './approve-claim';
import { assignClaim } from './assign-claim';
import { Approval, Assignment, ClaimParam, Rejection } from './claim-input';
import { StandingView, standingView } from './claim-views';
import { etagOf, IfMatch } from './if-match';
import { standingOf } from './problems';
import { rejectClaim } from './reject-claim';
import type { Reply } from './reply';
import { beginTreatment } from './start-treatment';

interface Headers {
  header(name: string, value: string): unknown;
}

/** What people do with a claim. Each says which version it is about, so that nobody decides on what has changed since. */
@ApiTags('claims')
@ApiNotFoundResponse()
@ApiResponse({ status: 409, description: 'The claim cannot be treated so now; `detail` says why' })
@Controller('claims/:claimId')
export class ClaimCommandsController {
  constructor(private readonly endpoint: Endpoint<SqlTransaction>) {}

  @Post('assign')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have somebody look after it', description: 'To the same person again: nothing happens.' })
  @ApiOkResponse({ type: StandingView })
  assign(
    @Param() { claimId }: ClaimParam,
    @Body() { assignee }: Assignment,
    @IfMatch() expected: readonly number[] | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Headers,
  ) {
    return this.tell(assignClaim, { claimId, expected, assignee }, idempotencyKey, response);
  }

  @Post('start-treatment')
  @HttpCode(200)
  @ApiOperation({ summary: 'Whom it is assigned to begins' })
  @ApiOkResponse({ type: StandingView })
  startTreatment(
    @Param() { claimId }: ClaimParam,
    @IfMatch() expected: readonly number[] | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Headers,
  ) {
    return this.tell(beginTreatment, { claimId, expected }, idempotencyKey, response);
  }

  @Post('approve')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give money back',
    description: 'Starts a refund. The claim is settled when it is paid out, and under treatment again when it fails.',
  })
  @ApiOkResponse({ type: StandingView })
  @ApiResponse({ status: 422, description: 'The order does not have what is to be given back' })
  approve(
    @Param() { claimId }: ClaimParam,
    @Body() { lines }: Approval,
    @IfMatch() expected: readonly number[] | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Headers,
  ) {
    return this.tell(approveClaim, { claimId, expected, lines }, idempotencyKey, response);
  }

  @Post('reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give nothing back' })
  @ApiOkResponse({ type: StandingView })
  reject(
    @Param() { claimId }: ClaimParam,
    @Body() { reason }: Rejection,
    @IfMatch() expected: readonly number[] | undefined,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Headers,
  ) {
    return this.tell(rejectClaim, { claimId, expected, reason }, idempotencyKey, response);
  }

  private async tell<I extends { readonly claimId: string }>(
    handler: RequestHandler<I, Reply>,
    input: I,
    idempotencyKey: string | undefined,
    response: Headers,
  ) {
    const standing = standingOf(await this.endpoint.request(handler, input, { idempotencyKey }), input.claimId);
    response.header('etag', etagOf(standing.version));
    return standingView(standing);
  }
}
