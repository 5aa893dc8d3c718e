/** Threads over node:worker_threads, reduced to what a search needs: one who commands, others who answer. */
import { parentPort, Worker, workerData } from 'node:worker_threads';

export interface Thread {
  /** @param message - cloned; shared memory in it is shared. */
  post(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  /** It ended without being told to: what was thrown, or that it exited. */
  onFailure(handler: (failure: Error) => void): void;
  /** End it, whatever it does. */
  end(): Promise<void>;
}

/** What a thread knows of the one who started it. */
export interface Parent {
  /** What {@link startThread} was given for it. */
  readonly data: unknown;
  post(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
}

/** @param module - the program of the thread, which asks for {@link thisThread}. */
export function startThread(module: URL, data: unknown): Thread {
  const worker = new Worker(module, { workerData: data });
  let isEnding = false;
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => void worker.on('message', handler),
    onFailure(handler) {
      worker.on('error', (error: unknown) => handler(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) => {
        if (!isEnding) handler(new Error(`a thread of ${module.pathname} exited with code ${code}`));
      });
    },
    async end() {
      isEnding = true;
      await worker.terminate();
    },
  };
}

/** @throws Error in the main thread. */
export function thisThread(): Parent {
  const port = parentPort;
  if (port === null) throw new Error('the main thread has no parent');
  return {
    data: workerData,
    post: (message) => port.postMessage(message),
    onMessage: (handler) => void port.on('message', handler),
  };
}
