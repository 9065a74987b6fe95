import { Module } from '@nestjs/common';
import { service } from '@comptoir/messaging';
import { ServiceModule } from '@comptoir/platform';
import { appendEvents } from './append-events';
import { closeGap } from './close-gap';
import { EventsController } from './events.controller';
import { GapWatch } from './gap-watch';
import { PrismaClient } from './generated/prisma/client';
import { ingest } from './ingest';
import { logConfig } from './log-config';
import { LogReader } from './log-reader';
import { Replayer } from './replayer';
import { ReplaysController } from './replays.controller';
import { startReplay } from './start-replay';
import { StreamsController } from './streams.controller';
import { WatchController } from './watch.controller';

/** The routing table. */
export const eventStore = service({
  name: 'event-store',
  handlers: [ingest],
  requests: [appendEvents, closeGap, startReplay],
  replays: true,
});

@Module({
  imports: [ServiceModule.forService({ service: eventStore, prisma: PrismaClient })],
  controllers: [EventsController, StreamsController, WatchController, ReplaysController],
  providers: [LogReader, logConfig, GapWatch, Replayer],
})
export class EventStoreModule {}
