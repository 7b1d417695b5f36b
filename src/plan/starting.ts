import type { Job } from '../model/job.ts';
import type { Action } from '../model/plan.ts';

/** Waits until a job that was started answers as its health check wants; nothing without one. */
export function awaitHealthy({
  label,
  domain,
  healthcheck,
}: Pick<Job, 'label' | 'domain' | 'healthcheck'>): readonly Action[] {
  return healthcheck === undefined ? [] : [{ action: 'await-healthy', domain, label, healthcheck }];
}
