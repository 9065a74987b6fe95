import { runService } from '@comptoir/platform';
import { OrchestratorModule } from './orchestrator.module';

void runService(OrchestratorModule, {
  title: 'Orchestrator',
  description: 'The sagas: where each one is, how it came there, and what people may do about it.',
});
