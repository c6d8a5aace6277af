import { describeScenarios } from './scenarios-suite.ts';

describeScenarios('Postgres');
