import type { ReadsAtStart, StartSecret } from '../../launchd/wrapper.ts';
import { dict, type PlistValue } from '../../model/plist.ts';
import type { Form } from './form.ts';
import { sayPath, sayText } from './say.ts';

/** What our wrapper reads → `env_file`, `secrets`. What it keeps follows from `environment`. */
export function readsForm({ envFiles, secrets }: ReadsAtStart, home: string): Form {
  const files = envFiles.map((path) => sayPath(path, home));
  const [file] = files;
  const fields: [string, PlistValue][] = [];
  if (file !== undefined) fields.push(['env_file', files.length === 1 ? file : files]);
  if (secrets.length > 0)
    fields.push(['secrets', dict(secrets.map((secret) => [secret.name, sourceOf(secret, home)]))]);
  return { fields, says: {} };
}

function sourceOf(secret: StartSecret, home: string): PlistValue {
  if ('file' in secret) return dict([['file', sayPath(secret.file, home)]]);
  const { service, account } = secret.keychain;
  const keychain = dict([
    ['service', sayText(service, home)],
    ['account', account === null ? undefined : sayText(account, home)],
  ]);
  return dict([['keychain', keychain]]);
}
