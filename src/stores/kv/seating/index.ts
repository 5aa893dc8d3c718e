export { loadPassages, type PlacedSeat, readSeat, storedPassage, storedSeat, writeSeat } from './seat-key.ts';
export { digestOf, Seating } from './seating.ts';
export { type SeatsAndRing, storedAsKnown, takeSeats } from './take-seats.ts';
