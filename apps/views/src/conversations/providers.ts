import type { Provider } from '@nestjs/common';
import { CONVERSATION_MAP } from './conversation.controller';
import { FLOW_MAP } from './flow-map';

/** What `ConversationController` needs besides `Reads`. */
export const conversationProviders: Provider[] = [{ provide: CONVERSATION_MAP, useValue: FLOW_MAP }];
