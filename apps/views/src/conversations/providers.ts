import type { Provider, Type } from '@nestjs/common';
import { CONVERSATION_MAP } from './conversation.controller';
import { ConversationReads } from './conversation-reads';
import { FLOW_MAP } from './flow-map';

/** What `ConversationController` needs; `reads` is the class of what the process queries the views by. */
export const conversationProviders = (reads: Type<ConversationReads>): Provider[] => [
  { provide: ConversationReads, useExisting: reads },
  { provide: CONVERSATION_MAP, useValue: FLOW_MAP },
];
