/**
 * A server of an atomic register: a replica, and the coordinator of its clients' reads and writes.
 *
 * | event                          | condition                     | new state            | effects                                |
 * |--------------------------------|-------------------------------|----------------------|----------------------------------------|
 * | read, write                    | {@link mayBegin}              | an operation, query  | query to the peers                     |
 * | read, write                    | not so                        |                      | none: left to the runner               |
 * | query, record                  |                               | as replica.ts says   |                                        |
 * | answer, now a majority         | the operation is in query     | it is in record      | persist, then: record to the peers     |
 * | recorded, now a majority       | the operation is in record    | it is gone           | write-done, read-done to the client    |
 * | timer resend                   | an operation is under way     |                      | its message to whoever has not answered|
 *
 * What must survive a crash is one version. A record leaves only when this process's own copy of it, or of something later, is
 * durable: else a process that has crashed could give the same timestamp to another value. For the same reason `issued` need
 * not be stored: no counter that ever left is greater than the stored one.
 *
 * Deviations from the source: the coordinator counts itself without sending itself messages; several operations may be
 * coordinated at once; what was not answered is sent again when a timer says so.
 * Linearizable as long as each request arrives at most once (a repeated write would be a second write) and fewer than half of the
 * group are down; with half down it waits, and answers nothing wrong.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { Effects, Process, ProcessId } from '../process/index.ts';
import { type OperationId, operationId, type RegisterMessage } from './message.ts';
import {
  chooseVersion,
  type Intent,
  majority,
  noteAnswer,
  noteRecorded,
  type Operation,
  type Querying,
  startOperation,
  startRecording,
} from './operation.ts';
import { adopt, type ReplicaState, type StoredReplica, startReplica } from './replica.ts';
import type { Version } from './timestamp.ts';

export interface RegisterOptions {
  /** All servers of the register, this one included. A majority of them must be up for anything to be done. */
  readonly group: readonly ProcessId[];
  /** How many operations one server coordinates at once, 1 or more; requests above that wait with the runner. */
  readonly operationsMaximum: number;
  /** Whether messages may be lost, so that they must be sent again. Without it no timer is set. */
  readonly resend: boolean;
}

export interface RegisterServerState<Value> {
  readonly replica: ReplicaState<Value>;
  /** The greatest counter this process gave to a write since it started, or had stored before. */
  issued: number;
  readonly operations: Map<OperationId, Operation<Value>>;
}

export type RegisterTimer = 'resend';
export type RegisterServer<Value> = Process<
  RegisterServerState<Value>,
  RegisterMessage<Value>,
  RegisterTimer,
  StoredReplica<Value>
>;
type Out<Value> = Effects<RegisterMessage<Value>, RegisterTimer, StoredReplica<Value>>;

/** Whether a server takes another request now. One it does not take is to be given to it again later, or refused. */
export function mayBegin(state: RegisterServerState<unknown>, options: RegisterOptions): boolean {
  return state.operations.size < options.operationsMaximum;
}

export function registerServer<Value>(options: RegisterOptions): RegisterServer<Value> {
  const { group } = options;
  invariant(group.length > 0 && new Set(group).size === group.length, `a group of different processes, not ${group.join(', ')}`);
  invariant(options.operationsMaximum >= 1, `at least one operation at once, not ${options.operationsMaximum}`);
  return {
    start(self, stored) {
      invariant(group.includes(self), `process ${self} is one of the group ${group.join(', ')}`);
      const replica = startReplica(stored);
      return { replica, issued: replica.version.timestamp.counter, operations: new Map() };
    },
    onMessage(state, self, from, message, effects) {
      switch (message.kind) {
        case 'read':
        case 'write':
          if (mayBegin(state, options)) begin({ state, self, options, effects }, from, message);
          break;
        case 'query':
          effects.push({
            kind: 'send',
            to: from,
            message: { kind: 'answer', operation: message.operation, version: state.replica.version },
          });
          break;
        case 'record': {
          adopt(state.replica, message.version);
          const { operation, version } = message;
          const recorded = { kind: 'recorded', operation, timestamp: version.timestamp } as const;
          effects.push(persist(state, [{ kind: 'send', to: from, message: recorded }]));
          break;
        }
        case 'answer':
          onAnswer({ state, self, options, effects }, from, message.operation, message.version);
          break;
        case 'recorded': {
          const operation = state.operations.get(message.operation);
          if (operation?.phase !== 'record') break;
          noteRecorded(operation, from, message.timestamp);
          finishIfRecorded({ state, self, options, effects }, message.operation, effects);
          break;
        }
        default:
          break;
      }
    },
    onTimer(state, self, _timer, effects) {
      const then: Out<Value> = [];
      for (const [id, operation] of state.operations) sendTo(waitingFor(operation, options), id, operation, then);
      // The persist that the first sending waited for may not be through.
      effects.push(persist(state, then));
      setTimer({ state, self, options, effects });
    },
  };
}

interface Step<Value> {
  readonly state: RegisterServerState<Value>;
  readonly self: ProcessId;
  readonly options: RegisterOptions;
  readonly effects: Out<Value>;
}

type Request<Value> = Extract<RegisterMessage<Value>, { readonly kind: 'read' | 'write' }>;

function begin<Value>(step: Step<Value>, client: ProcessId, message: Request<Value>): void {
  const { state, self, options } = step;
  const id = operationId(client, message.request);
  const intent: Intent<Value> = message.kind === 'write' ? { kind: 'write', value: message.value } : { kind: 'read' };
  const operation = startOperation({ client, request: message.request }, intent, self, state.replica.version);
  state.operations.set(id, operation);
  sendTo(waitingFor(operation, options), id, operation, step.effects);
  setTimer(step);
  recordIfAnswered(step, id, operation);
}

function onAnswer<Value>(step: Step<Value>, from: ProcessId, id: OperationId, version: Version<Value>): void {
  const operation = step.state.operations.get(id);
  if (operation?.phase !== 'query') return;
  noteAnswer(operation, from, version);
  recordIfAnswered(step, id, operation);
}

function recordIfAnswered<Value>(step: Step<Value>, id: OperationId, operation: Querying<Value>): void {
  const { state, self, options } = step;
  if (operation.answered.size < majority(options.group.length)) return;
  const version = chooseVersion(operation, self, state.issued);
  if (operation.intent.kind === 'write') state.issued = version.timestamp.counter;
  adopt(state.replica, version);
  const recording = startRecording(operation, self, version);
  state.operations.set(id, recording);
  const then: Out<Value> = [];
  sendTo(waitingFor(recording, options), id, recording, then);
  // A group of one is its own majority.
  finishIfRecorded(step, id, then);
  step.effects.push(persist(state, then));
}

function finishIfRecorded<Value>(step: Step<Value>, id: OperationId, effects: Out<Value>): void {
  const { state, options } = step;
  const operation = state.operations.get(id);
  if (operation?.phase !== 'record' || operation.recorded.size < majority(options.group.length)) return;
  state.operations.delete(id);
  const { client, request } = operation;
  const message: RegisterMessage<Value> =
    operation.intent === 'write'
      ? { kind: 'write-done', request }
      : { kind: 'read-done', request, value: operation.version.value };
  effects.push({ kind: 'send', to: client, message });
  if (options.resend && state.operations.size === 0) step.effects.push({ kind: 'cancel-timer', timer: 'resend' });
}

function waitingFor<Value>(operation: Operation<Value>, options: RegisterOptions): readonly ProcessId[] {
  const heardOf = operation.phase === 'query' ? operation.answered : operation.recorded;
  return options.group.filter((process) => !heardOf.has(process));
}

function sendTo<Value>(peers: readonly ProcessId[], id: OperationId, operation: Operation<Value>, effects: Out<Value>): void {
  const message: RegisterMessage<Value> =
    operation.phase === 'query'
      ? { kind: 'query', operation: id }
      : { kind: 'record', operation: id, version: operation.version };
  for (const to of peers) effects.push({ kind: 'send', to, message });
}

function setTimer<Value>({ state, options, effects }: Step<Value>): void {
  if (options.resend && state.operations.size > 0) effects.push({ kind: 'set-timer', timer: 'resend' });
}

function persist<Value>(state: RegisterServerState<Value>, then: Out<Value>): Out<Value>[number] {
  return { kind: 'persist', stored: { version: state.replica.version }, then };
}
