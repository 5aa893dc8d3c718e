import { describe, expect, it } from 'vitest';
import { EventPromise } from './event-promise.ts';
import { Simulation } from './simulation.ts';

const OWNER = { id: 1, name: 'n1', alive: true, paused: false, deferred: [] };

describe('a promise of the simulated world', () => {
  it('calls back in an event of a synchronous run', () => {
    const { scheduler } = new Simulation(1n);
    const order: string[] = [];
    const promise = new EventPromise<string>(scheduler, OWNER);
    void promise.then((value) => order.push(`${value} at ${scheduler.now}`));
    scheduler.run(5);
    promise.fulfil('told');
    promise.fail(new Error('settled already'));
    expect(order).toEqual([]);
    scheduler.run(6);
    expect(order).toEqual(['told at 5']);
  });

  it('tells of a failure, and passes what is not handled on', async () => {
    const { scheduler } = new Simulation(1n);
    const promise = EventPromise.of(scheduler, OWNER, (): number => {
      throw new Error('no');
    });
    const chained = promise.then((value) => value + 1).catch((error: Error) => error.message);
    const handled = promise.then(undefined, () => 'handled');
    const thrown = EventPromise.of(scheduler, OWNER, () => 1)
      .then(() => {
        throw new Error('in a handler');
      })
      .catch((error: Error) => error.message);
    scheduler.run(1);
    expect(await chained).toBe('no');
    expect(await handled).toBe('handled');
    expect(await thrown).toBe('in a handler');
  });

  it('can be awaited in an asynchronous run', async () => {
    const { scheduler } = new Simulation(1n);
    let received = 0;
    const receive = async () => {
      received = await EventPromise.of(scheduler, OWNER, () => 7);
    };
    void receive();
    await scheduler.runAsync(1);
    expect(received).toBe(7);
  });

  it('says nothing to a life that has ended', () => {
    const { scheduler } = new Simulation(1n);
    const promise = EventPromise.of(scheduler, { ...OWNER, alive: false }, () => 1);
    void promise.then(() => expect.unreachable());
    expect(scheduler.run(1)).toBe(true);
  });
});
