/** Covers: demo/play.ts, demo/scenarios/index.ts. */
import { describeScenarios } from './scenarios-suite.ts';

describeScenarios('Redis');
