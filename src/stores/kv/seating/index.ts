export { type PlacedSeat, readSeat, storedSeat, writeSeat } from './seat-key.ts';
export { digestOf, Seating } from './seating.ts';
