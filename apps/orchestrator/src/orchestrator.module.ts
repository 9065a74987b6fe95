import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { postgresSagaStore, sagaActions, sagaHandler } from '@comptoir/saga';
import { DefinitionsController } from './definitions.controller';
import { PrismaClient } from './generated/prisma/client';
import { orderFulfilment } from './order-fulfilment';
import { SagaActionsController } from './saga-actions.controller';
import { sagaMetrics } from './saga-metrics';
import { SagaWork } from './saga-work';
import { SagasController } from './sagas.controller';
import { SAGAS } from './sagas';

const observer = sagaMetrics.observer;
const orderSagas = {
  definitions: [orderFulfilment],
  handler: sagaHandler(orderFulfilment, postgresSagaStore, { observer }),
  actions: sagaActions(orderFulfilment, postgresSagaStore, { observer }),
};

/** The routing table. */
export const orchestrator = service({
  name: 'orchestrator',
  handlers: [orderSagas.handler],
  requests: [orderSagas.actions],
});

@Module({
  imports: [ServiceModule.forService({ service: orchestrator, prisma: PrismaClient })],
  controllers: [DefinitionsController, SagasController, SagaActionsController],
  providers: [SagaWork, { provide: SAGAS, useValue: [orderSagas] }],
})
export class OrchestratorModule {}
