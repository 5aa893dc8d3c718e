/**
 * Who belongs to the cluster, as this node knows it: the history, kept on its disk and in step with the others by gossip, and who of
 * the members seems to be alive.
 *
 * The nodes of the configuration are the first history. Once another one is stored (an administrator has decided something, or
 * gossip has brought what the configuration does not say), that one counts, and the configuration only says where this node listens.
 */
import {
  append,
  type Decision,
  fromConfiguration,
  type History,
  type Member,
  members,
  versionOf,
} from '../../../protocols/membership/index.ts';
import { type NodeName, nodeName, type Ring } from '../../../protocols/ring/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Address, Hello, Link, NodeWorld } from '../../../runtime/world/index.ts';
import { type MemberConfiguration, type NodeConfiguration, ownMember } from '../configuration.ts';
import { ringOfHistory } from '../known-rings.ts';
import { PROTOCOL_VERSION } from '../messages/index.ts';
import type { Peers } from '../peers.ts';
import { Candidates, type Introduction, readIntroduction, writeIntroduction } from './candidates.ts';
import { Gossiper } from './gossiper.ts';
import { HistoryKeeper, type OnDecided } from './history-keeper.ts';
import { namesakeOf } from './own-name.ts';
import { type Liveness, Prober } from './prober.ts';
import { checkDecision, noMember } from './rules.ts';
import { checkPlacement } from './safe-placement.ts';
import { SeedLinks } from './seed-links.ts';
import { loadHistory } from './stored-history.ts';

/** `waiting`: never was a member. `removed`: was one, and left or was removed. */
export type OwnStanding = 'member' | 'waiting' | 'removed';

export interface MembershipParts {
  readonly world: NodeWorld;
  readonly configuration: NodeConfiguration;
  readonly peers: Peers;
}

/** An embedded node listens nowhere, but the history of the membership wants a place for everyone. */
const NOWHERE = 'embedded:';

export class Membership {
  readonly #parts: MembershipParts;
  readonly #self: NodeName;
  readonly #own: MemberConfiguration;
  readonly #keeper: HistoryKeeper;
  readonly #prober: Prober;
  readonly #gossiper: Gossiper;
  readonly #seedLinks: SeedLinks;
  readonly #candidates: Candidates;
  #members: readonly Member[];
  #others: readonly Member[] = [];
  /** The member whose name this node was given by mistake: what goes to that name must not come here. */
  #namesake: Member | undefined;
  /** It has seen the cluster as somebody who is not in it: whoever joins under its name from then on is itself. */
  #hasWaited = false;

  /** @throws QuorateError `data-damaged`, and what `fromConfiguration` throws. */
  constructor(parts: MembershipParts) {
    const { world, configuration, peers } = parts;
    this.#parts = parts;
    this.#self = nodeName(configuration.nodeName);
    this.#own = ownMember(configuration);
    const initial = loadHistory(world.engine) ?? fromConfiguration(configuration.members.map(withAddress));
    this.#keeper = new HistoryKeeper(this.#self, world, initial);
    this.#prober = new Prober(this.#self, world, peers);
    this.#seedLinks = new SeedLinks(world, this.#hello(), () => peers.requestHandler());
    this.#candidates = new Candidates(world.clock);
    this.#members = members(initial);
    this.#gossiper = new Gossiper({
      world,
      peers,
      partitions: configuration.partitions,
      keeper: this.#keeper,
      prober: this.#prober,
      seedLinks: this.#seedLinks,
      seeds: (configuration.seeds ?? []).filter((address) => address !== this.#own.address),
      others: () => this.#others,
      introduction: () => (this.isMember ? undefined : (writer) => writeIntroduction(writer, this.#own)),
    });
    this.#keeper.onChange(() => this.#onChange());
    this.#recogniseItself();
    this.#follow();
  }

  get history(): History {
    return this.#keeper.known.history;
  }

  /** Names history and ring. */
  get version(): string {
    return versionOf(this.history, this.#parts.configuration.partitions);
  }

  /** Sorted by name. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Of this history. */
  get ring(): Ring {
    return ringOfHistory(this.history, this.#parts.configuration.partitions);
  }

  /** Where the other members listen. */
  get addresses(): ReadonlyMap<string, Address> {
    const listening = this.#others.filter(({ address }) => !address.startsWith(NOWHERE));
    return new Map(listening.map(({ name, address }) => [name, address]));
  }

  get standing(): OwnStanding {
    if (this.isMember) return 'member';
    if (this.#namesake !== undefined) return 'waiting';
    return this.history.some(({ kind, node }) => kind === 'join' && node === this.#self) ? 'removed' : 'waiting';
  }

  get isMember(): boolean {
    return this.#others.length < this.#members.length && this.#namesake === undefined;
  }

  /** @throws QuorateError `no-member` */
  expectMember(): void {
    const refusal = this.refusal;
    if (refusal !== undefined) throw refusal;
  }

  /** Why this node serves nothing and decides nothing: `no-member`; `undefined` for a member. */
  get refusal(): QuorateError | undefined {
    if (this.isMember) return undefined;
    const seedProblems = this.history.length === 0 ? this.#seedLinks.problems : [];
    return noMember({ node: this.#self, standing: this.standing, seedProblems, namesake: this.#namesake?.address });
  }

  /** Nodes that ask to become members. */
  get candidates(): readonly Introduction[] {
    return this.#candidates.list((name) => this.#members.some((member) => member.name === name));
  }

  /** How far this node doubts its own judgement: 0 to 8. */
  get health(): number {
    return this.#prober.health;
  }

  /** A hint, and the same everywhere after a while; whether this very node can talk to it is for its link to say. */
  liveness(name: string): Liveness | undefined {
    return this.#prober.liveness(name);
  }

  /** Called when the history has changed: it is durable, and `members` and `ring` are those that follow from it. */
  onChange(listener: () => void): void {
    this.#keeper.onChange(listener);
  }

  /** Throws what would refuse the decision now. @throws QuorateError see {@link checkDecision} */
  check(decision: Decision, force = false): void {
    this.expectMember();
    const { configuration } = this.#parts;
    const isDead = (node: string): boolean => this.liveness(node)?.standing === 'dead';
    checkDecision(decision, { history: this.#keeper.intended, configuration, isDead, force });
  }

  /** The same of several that follow each other. @throws QuorateError see {@link checkDecision} */
  checkAll(decisions: readonly Decision[], force = false): void {
    this.expectMember();
    const { configuration } = this.#parts;
    const isDead = (node: string): boolean => this.liveness(node)?.standing === 'dead';
    let history = this.#keeper.intended;
    for (const decision of decisions) {
      checkDecision(decision, { history, configuration, isDead, force });
      history = append(history, this.#self, decision);
    }
  }

  /** That replicas would not share a machine which do not now. @throws QuorateError `unsafe-placement` */
  checkPlacement(decision: Decision): void {
    const { partitions, defaults } = this.#parts.configuration;
    const history = this.#keeper.intended;
    const later = append(history, this.#self, decision);
    checkPlacement(ringOfHistory(history, partitions), ringOfHistory(later, partitions), defaults.n);
  }

  /**
   * An administrator has decided: durable here when `done` is called, and everywhere soon after.
   * @param force - remove a node even if it is alive. @throws QuorateError see {@link checkDecision}, of outcome `not-applied`
   */
  decide(decision: Decision, done: OnDecided, force = false): void {
    this.check(decision, force);
    this.#keeper.decide(decision, done);
  }

  /** Whether it was given the name of a member that is another one. */
  get isNamesake(): boolean {
    return this.#namesake !== undefined;
  }

  start(): void {
    // Embedded: nobody to talk to.
    if (this.#own.address === undefined) return;
    this.#moveIfMoved();
    this.#gossiper.start();
  }

  stop(): void {
    this.#gossiper.stop();
    this.#prober.stop();
    this.#seedLinks.close();
  }

  onProbe(link: Link, body: Reader): void {
    this.#prober.onFrame(link, body);
  }

  onDigest(link: Link, correlation: number, body: Reader): void {
    this.#gossiper.onDigest(link, correlation, body);
  }

  onOffer(link: Link, correlation: number, body: Reader): void {
    this.#gossiper.onOffer(link, correlation, body);
  }

  onIntroduction(link: Link, body: Reader): void {
    const introduction = readIntroduction(link.remote.nodeName, body);
    if (introduction.name === this.#self) throw new MalformedBytes('introduced under the name of this very node');
    this.#candidates.add(introduction);
  }

  #onChange(): void {
    this.#members = members(this.history);
    this.#recogniseItself();
    this.#follow();
    if (this.isNamesake) return;
    this.#seedLinks.release(new Set(this.addresses.values()));
    this.#moveIfMoved();
  }

  #follow(): void {
    this.#others = this.#members.filter(({ name }) => name !== this.#self);
    this.#prober.setMembers(
      this.#members.map(({ name }) => name),
      this.isMember && this.#own.address !== undefined,
    );
  }

  /** See {@link namesakeOf}. What goes to that name must not come here: it has heard enough. */
  #recogniseItself(): void {
    if (this.#hasWaited || this.#namesake !== undefined) return;
    this.#namesake = namesakeOf(this.#members, this.#parts.configuration);
    this.#hasWaited = this.#members.length > 0 && this.#members.every(({ name }) => name !== this.#self);
    if (this.#namesake === undefined) return;
    const { message, next } = noMember({
      node: this.#self,
      standing: 'waiting',
      seedProblems: [],
      namesake: this.#namesake.address,
    });
    this.#parts.world.log.error(message, { next });
    this.stop();
  }

  /** Nobody knows better than a node itself where it listens. */
  #moveIfMoved(): void {
    const { address } = this.#own;
    const member = members(this.#keeper.intended).find(({ name }) => name === this.#self);
    if (address === undefined || member === undefined || member.address === address) return;
    this.#parts.world.log.info('this node listens elsewhere than the cluster knows', { address, known: member.address });
    this.#keeper.decide({ kind: 'address', node: this.#self, address }, () => {});
  }

  #hello(): Hello {
    const { clusterName, nodeName: name } = this.#parts.configuration;
    return { protocolVersion: PROTOCOL_VERSION, clusterName, role: 'node', nodeName: name };
  }
}

function withAddress(member: MemberConfiguration): MemberConfiguration & { readonly address: string } {
  return { ...member, address: member.address ?? `${NOWHERE}${member.name}` };
}
