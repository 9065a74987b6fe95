import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { ChargeController } from './charge.controller';
import { gatewayProviders } from './gateway/provider';
import { PrismaClient } from './generated/prisma/client';
import { PaymentController } from './payment.controller';
import { processPayment } from './process-payment';
import { refundPayment } from './refund-payment';
import { refundStrayCapture } from './refund-stray-capture';
import { closeRefund } from './refunds/close-refund';
import { holdRefund } from './refunds/hold-refund';
import { payOut } from './refunds/pay-out';
import { RefundController } from './refunds/refund.controller';
import { stockReserved } from './stock-reserved';

/** The routing table. */
export const payments = service({
  name: 'payments',
  handlers: [processPayment, refundPayment, refundStrayCapture, ...stockReserved, ...holdRefund, ...payOut, closeRefund],
});

@Module({
  imports: [ServiceModule.forService({ service: payments, prisma: PrismaClient })],
  controllers: [PaymentController, ChargeController, RefundController],
  providers: gatewayProviders,
})
export class PaymentsModule {}
