import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { ClaimsController } from './claims/claims.controller';
import { ConversationController } from './conversations/conversation.controller';
import { conversationProviders } from './conversations/providers';
import { CustomerOrdersController } from './orders/customer-orders.controller';
import { OutcomesController } from './outcomes/outcomes.controller';
import { ProjectionsController } from './projections/projections.controller';
import { projectionProviders } from './projections/providers';
import { RefundsController } from './refunds/refunds.controller';
import { SalesController } from './sales/sales.controller';

/** No messages: what happened comes from the log. */
export const views = service({ name: 'views' });

@Module({
  imports: [ServiceModule.forService({ service: views })],
  controllers: [
    CustomerOrdersController, ClaimsController, RefundsController, SalesController, OutcomesController, ProjectionsController,
    ConversationController,
  ],
  providers: [...projectionProviders, ...conversationProviders],
})
export class ViewsModule {}
