export { storageExplanations } from './storage-explanations.ts';
export { whyTopic } from './why-topic.ts';
