import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Money } from '@comptoir/contracts';
import { notFound } from '@comptoir/platform';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { PaymentGateway } from './gateway/payment-gateway';

class KeyParam extends createZodDto(
  z.object({ key: z.string().min(1).max(200).regex(/^[\x21-\x7e]+$/).meta({ description: 'The order’s id' }) }),
) {}

class ChargeView extends createZodDto(
  z.object({
    key: z.string(),
    chargeId: z.uuid(),
    status: z.enum(['captured', 'declined', 'refunded']),
    amount: Money,
    reason: z.string().nullable(),
    refunded: z.int().meta({ description: 'Minor units given back, in parts or whole' }),
  }),
) {}

/** The far end's view of a payment, to compare the two. */
@ApiTags('gateway')
@Controller('gateway/charges')
export class ChargeController {
  constructor(private readonly gateway: PaymentGateway) {}

  @Get(':key')
  @ApiOperation({ summary: 'What the simulated gateway has in its books under a key' })
  @ApiOkResponse({ type: ChargeView })
  @ApiNotFoundResponse()
  async read(@Param() { key }: KeyParam) {
    const charge = await this.gateway.charge(key);
    if (!charge) throw notFound('charge', key);
    return charge;
  }
}
