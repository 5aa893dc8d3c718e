import { getRequestListener } from '@hono/node-server';
import { serve } from '@hono/node-server'; // reported: let src/runtime listen
import { createServer } from 'node:http'; // reported: let src/runtime listen

export const doors = { createServer, getRequestListener, serve };
