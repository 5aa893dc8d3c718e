export { RegisterSeats, type SeatsView } from './register-seats.ts';
export { readPledges, readSeats, writePledges, writeSeats } from './seats-bytes.ts';
