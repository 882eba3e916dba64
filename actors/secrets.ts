import type { Secret } from './redaction.ts';

/** Words in a variable's name that say that its value is a secret; some are also written together, as in PGPASSWORD. */
const SECRET_WORDS =
  /^(key|keys|token|tokens|pat|secrets|credential|credentials|sshpass)$|(apikey|secret|password|passwd|passphrase)$/;

/** Last words that say so behind another word: MYSQL_PWD, but not PWD. */
const SECRET_ENDS = /^(pwd|auth)$/;

/** Last words of names whose value only leads to a secret, or names one. */
const HARMLESS_ENDS = /^(path|file|dir|folder|sock|name|id|url|host|type)$/;

/** Characters that a value has at least: shorter ones would be taken out of ordinary words. */
const MIN_LENGTH = 8;
const MIN_NAMED_LENGTH = 4;

/**
 * The secrets of an environment: variables whose names have a word such as KEY, TOKEN, SECRET or PASSWORD (and do not
 * end in PATH, FILE and the like; ACCESS_KEY_ID counts), with values of at least 8 characters that are no plain number
 * or path; passwords inside URLs; and those that the user named, whatever they look like, from 4 characters on.
 */
export function secretsOf(
  environment: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
): Secret[] {
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (named.includes(name)) return value.length >= MIN_NAMED_LENGTH ? [{ name, value }] : [];
    if (looksSecret(name) && isSecretValue(value)) return [{ name, value }];
    return passwordsIn(name, value);
  });
}

function looksSecret(name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  if (/access_?key_?id$/i.test(name)) return true;
  const last = words.at(-1) ?? '';
  if (words.length > 1 && SECRET_ENDS.test(last)) return true;
  return words.some((word) => SECRET_WORDS.test(word)) && !HARMLESS_ENDS.test(last);
}

function isSecretValue(value: string): boolean {
  return value.length >= MIN_LENGTH && !/^[\d.,:]+$/.test(value) && !/^[~.]?\/[^+=]*$/.test(value);
}

function passwordsIn(name: string, value: string): Secret[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s@]+)@/i.exec(value)?.[1] ?? '';
  return password.length >= MIN_LENGTH ? [{ name, value: password }] : [];
}
