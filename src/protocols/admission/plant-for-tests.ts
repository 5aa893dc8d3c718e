/** A machine for the controller to be tried on: its foreground is slow whenever more than `capacity` goes through in an interval. */
import { type AdmissionState, CONTROL_INTERVAL_MS, onAsked, onControl, onForeground, onSlices } from './admission.ts';

export interface Plant {
  /** Bytes per second of background work beyond which the foreground is slow. */
  readonly capacity: number;
  readonly requestsPerInterval: number;
  /** One in so many requests is slow whatever goes on; 0 for none. */
  readonly slowOneIn: number;
}

const STEP_MS = 5;
const SLICE_BYTES = 4096;
const FAST_MS = 1;
const SLOW_MS = 1000;

export class PlantRun {
  now = 0;
  readonly #state: AdmissionState<null>;
  #requests = 0;

  constructor(state: AdmissionState<null>) {
    this.#state = state;
  }

  /** One interval with work waiting all the time; returns the bytes that went through. */
  interval({ capacity, requestsPerInterval, slowOneIn }: Plant): number {
    let bytes = 0;
    for (let step = 0; step < CONTROL_INTERVAL_MS; step += STEP_MS) {
      this.now += STEP_MS;
      let more = true;
      while (more) {
        for (let slice = 0; slice < 64; slice++) onAsked(this.#state, 0, SLICE_BYTES, null);
        let admitted = 0;
        onSlices(this.#state, this.now, () => ++admitted > 0);
        bytes += admitted * SLICE_BYTES;
        more = admitted === 64;
      }
    }
    const isLoaded = bytes > (capacity * CONTROL_INTERVAL_MS) / 1000;
    for (let request = 0; request < requestsPerInterval; request++) {
      this.#requests++;
      const isSlow = isLoaded || (slowOneIn > 0 && this.#requests % slowOneIn === 0);
      onForeground(this.#state, 'request', isSlow ? SLOW_MS : FAST_MS);
    }
    onControl(this.#state, this.now, 0);
    return bytes;
  }

  /** Bytes per second over so many intervals. */
  intervals(count: number, plant: Plant): number {
    let bytes = 0;
    for (let interval = 0; interval < count; interval++) bytes += this.interval(plant);
    return (bytes * 1000) / (count * CONTROL_INTERVAL_MS);
  }
}
