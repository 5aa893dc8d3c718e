export {
  WAITING_SEATS_TOPIC,
  type WaitingPartitions,
  type WaitingSeat,
  waitingPartitions,
  waitingSeatsIn,
} from './waiting-seats.ts';
