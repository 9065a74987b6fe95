import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { ConversationController, CONVERSATION_MAP } from './conversation.controller';
import { FLOW_MAP } from './flow-map';

/** What asks for conversations; `reads` provides `ConversationReads`. The view is carried on as the others are. */
@Module({})
export class ConversationsModule {
  static reading(reads: Provider): DynamicModule {
    return {
      module: ConversationsModule,
      controllers: [ConversationController],
      providers: [reads, { provide: CONVERSATION_MAP, useValue: FLOW_MAP }],
    };
  }
}
