export {
  type Offer,
  type Outline,
  readDigest,
  readMissing,
  readOffer,
  readOutline,
  writeDigest,
  writeMissing,
  writeOffer,
  writeOutline,
} from './message.ts';
export { beginnings, NOTHING_OUTLINED, type Outlined, outlined } from './outline.ts';
export { choosePartner, type Partner, type PartnerState, startPartners } from './partner.ts';
export { digestOf, isSame, missingFrom, offerFor, takeUp } from './reconcile.ts';
