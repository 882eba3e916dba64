import { describe, expect, it } from '@jest/globals';
import { secretsOf } from '../../actors/secrets.ts';

describe('A variable is secret', () => {
  it.each([
    ['OPENAI_API_KEY', 'sk-0123456789'],
    ['OPENAI_APIKEY', 'sk-0123456789'],
    ['GITHUB_TOKEN', 'ghp_0123456789'],
    ['GITHUB_PAT', 'ghp_0123456789'],
    ['dbPassword', 'correct horse'],
    ['PGPASSWORD', 'correct horse'],
    ['MYSQL_PWD', 'correct horse'],
    ['SSHPASS', 'correct horse'],
    ['REDISCLI_AUTH', 'correct horse'],
    ['npm_config__authToken', 'npm_0123456789'],
    ['AWS_ACCESS_KEY_ID', 'AKIA0123456789'],
    ['AWS_SECRET_ACCESS_KEY', '/base64/that+begins=like+a+path'],
    ['SIGNING_KEY', '-----BEGIN KEY-----\nabcd\n-----END KEY-----'],
  ])('when it is called %s', (name, value) => {
    expect(secretsOf({ [name]: value }, [])).toEqual([{ name, value }]);
  });

  it.each([
    ['PATH', '/usr/bin:/bin'],
    ['SSH_KEY_PATH', 'somewhere/else'],
    ['SSH_AUTH_SOCK', 'agent.0123456789'],
    ['SECRET_NAME', 'the-one-in-the-vault'],
    ['TOKEN_URL', 'https://login.example/token'],
    ['API_KEY_FILE', 'keys/production'],
    ['GOOGLE_APPLICATION_CREDENTIALS', '/home/me/key.json'],
    ['MONKEY', 'chimpanzee'],
    ['KEYBOARD_LAYOUT', 'de-latin1-nodeadkeys'],
    ['AUTHOR', 'Somebody Else'],
    ['PWD', 'c:\\home\\me\\src'],
    ['OLDPWD', '/home/me/src'],
    ['API_KEY', 'short'],
    ['TOKEN_COUNT', '123456789'],
    ['API_KEY', ''],
    ['API_KEY', undefined],
  ])('not when it is %s=%s', (name, value) => {
    expect(secretsOf({ [name]: value }, [])).toEqual([]);
  });

  it('when the user named it, from 4 characters on', () => {
    expect(secretsOf({ PLAIN: 'abcd', PIN: '123' }, ['PLAIN', 'PIN', 'ABSENT'])).toEqual([
      { name: 'PLAIN', value: 'abcd' },
    ]);
  });

  it.each([
    ['postgres://me:hunter2hunter2@db/x', ['hunter2hunter2']],
    ['redis://:hunter2hunter2@cache', ['hunter2hunter2']],
    ['https://example.org:8080/a@b', []],
    ['https://me@example.org/', []],
  ])('as far as it is the password in the URL %s', (url, values) => {
    expect(secretsOf({ PLACE: url }, []).map(({ value }) => value)).toEqual(values);
  });
});
