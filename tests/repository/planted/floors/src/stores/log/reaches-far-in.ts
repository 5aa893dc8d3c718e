// breaks: enter-a-room-by-its-door
import { messages } from '../kv/messages/index.ts';

export const borrowed = messages;
