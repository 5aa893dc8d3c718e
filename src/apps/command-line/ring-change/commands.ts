/** `quorate cluster plan ...`, `commit`, `status`, `pause`, `resume`, `cancel`: what a change of the ring would move, and how far it has come. */
import type { Command } from 'commander';
import type { Json } from '../../../stores/kv/index.ts';
import { withCluster } from '../cluster.ts';
import { EXIT } from '../exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions } from '../options.ts';
import type { Running } from '../running.ts';
import { decisionsIn } from './decisions.ts';
import { planText, statusText, tokenIn } from './shown.ts';

type Administration = Parameters<Parameters<typeof withCluster<Json>>[2]>[0]['administration'];
type Show = (answer: Json) => string;

export function addRingChange(cluster: Command, running: Running): void {
  clusterOptions(
    cluster
      .command('plan')
      .description('show what decisions would move, without deciding anything')
      .argument(
        '<decisions...>',
        'join <node>[@<address>], leave <node>, remove <node>, weight <node> <weight>, replace <node> <new node>[@<address>]; several in a row',
      ),
  )
    .option('--force', 'even if a node to be removed is alive, or replicas would share a host', false)
    .action((words: string[], { force, ...options }: ClusterOptions & { readonly force: boolean }) =>
      show(running, options, planText, (administration) =>
        administration.order('cluster-plan', { decisions: decisionsIn(words), force }, callOptions(options)),
      ),
    );
  clusterOptions(
    cluster.command('commit <plan>').description('decide what a plan has shown, if nothing has changed since'),
  ).action((plan: string, options: ClusterOptions) =>
    show(running, options, statusText, (administration) =>
      administration.order('cluster-commit', tokenIn(plan), callOptions(options)),
    ),
  );
  clusterOptions(cluster.command('status').description('show what is still to move, how fast, and what it waits for')).action(
    (options: ClusterOptions) =>
      show(running, options, statusText, (administration) => administration.ask('cluster', undefined, callOptions(options))),
  );
  const orders = {
    pause: 'let nothing more be moved; what is written meanwhile goes where it belongs',
    resume: 'go on moving',
    cancel: 'take the latest decision back: what has moved moves back',
  };
  for (const [name, description] of Object.entries(orders)) {
    clusterOptions(cluster.command(name).description(description)).action((options: ClusterOptions) =>
      show(running, options, statusText, (administration) =>
        administration.order(`cluster-${name}`, undefined, callOptions(options)),
      ),
    );
  }
}

async function show(
  { surroundings, finish }: Running,
  options: ClusterOptions,
  text: Show,
  ask: (administration: Administration) => Promise<Json>,
): Promise<void> {
  const answer = await withCluster(options.address, surroundings, ({ administration }) => ask(administration));
  await surroundings.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : text(answer));
  finish(EXIT.ok);
}
