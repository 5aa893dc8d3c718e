export { type ExploreOptions, type Explorer, explore } from './explore.ts';
