export { type DrillReport, drawReport } from './page.ts';
