export { type Destination, destinationOf, type Standing } from './destination.ts';
export {
  type DataRules,
  type HandoffEffects,
  type HandoffMessage,
  type HandoffTimer,
  type Hint,
  type Holder,
  type HolderState,
  hintHolder,
} from './holder.ts';
export { fillSlots, type SlotRules } from './stand-ins.ts';
