import { Inject, Injectable } from '@nestjs/common';
import { postgresEventStore, type ReadAll, type ReadStream } from '@comptoir/event-store';
import type { SqlTransaction, UnitOfWork } from '@comptoir/messaging';
import { UNIT_OF_WORK } from '@comptoir/platform';

/** Reads the log, each time in a transaction of its own. */
@Injectable()
export class LogReader {
  constructor(@Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork<SqlTransaction>) {}

  readonly run = <T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T> => this.unitOfWork.run(work);
  readonly stream = (stream: string, options: ReadStream) => this.run((tx) => postgresEventStore.readStream(tx, stream, options));
  readonly all = (options: ReadAll) => this.run((tx) => postgresEventStore.readAll(tx, options));
  readonly head = () => this.run((tx) => postgresEventStore.head(tx));
}
