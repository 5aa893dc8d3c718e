/** The topic `why`: what each thing that is stuck at this node waits for, told by the services that have it. */
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { NodeService, Topic } from '../service.ts';

/** The argument: a subject, or `{"subject": text, "of": JSON}` for one thing of it. */
export function whyTopic(services: readonly NodeService[]): Topic {
  return (argument) => {
    const { subject, of } = subjectOf(argument);
    const explainers = services.flatMap(({ explainers }) => [...(explainers ?? [])]);
    const asked = explainers.filter(([name]) => name === subject);
    if (asked.length === 0) {
      const known = [...new Set(explainers.map(([name]) => name))].sort().join(', ');
      throw badRequest(`asks why '${subject}'; this node can tell of ${known}`);
    }
    return asked.flatMap(([, explain]) => explain(of)).map((explanation) => ({ ...explanation }));
  };
}

function subjectOf(argument: Json | undefined): { readonly subject: string; readonly of: Json | undefined } {
  if (typeof argument === 'string') return { subject: argument, of: undefined };
  if (typeof argument === 'object' && argument !== null && 'subject' in argument && typeof argument['subject'] === 'string') {
    return { subject: argument['subject'], of: argument['of'] };
  }
  throw badRequest('does not say of what: {"subject": text}');
}
