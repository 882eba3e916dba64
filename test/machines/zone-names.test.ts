import { describe, expect, it } from '@jest/globals';
import { zoneNamedIn } from '../../machines/zone-names.ts';

describe('The time zone behind a time', () => {
  it.each([
    ['UTC', 0],
    ['GMT', 0],
    ['PT', 'America/Los_Angeles'],
    ['PST', -480],
    ['PDT', -420],
    ['MT', 'America/Denver'],
    ['MST', -420],
    ['MDT', -360],
    ['CT', 'America/Chicago'],
    ['CST', -360],
    ['CDT', -300],
    ['ET', 'America/New_York'],
    ['EST', -300],
    ['EDT', -240],
    ['BRT', -180],
    ['WET', 0],
    ['WEST', 60],
    ['BST', 60],
    ['CET', 60],
    ['CEST', 120],
    ['EET', 120],
    ['EEST', 180],
    ['MSK', 180],
    ['IST', 330],
    ['SGT', 480],
    ['HKT', 480],
    ['JST', 540],
    ['KST', 540],
    ['AEST', 600],
    ['AEDT', 660],
    ['NZST', 720],
    ['NZDT', 780],
  ])('is known by its abbreviation %s', (name, zone) => {
    for (const text of [name, ` ${name}.`, ` (${name})`, `, [${name}]`])
      expect(zoneNamedIn(text)).toBe(zone);
    expect(zoneNamedIn(`${name}/x`)).not.toBe(zone);
  });

  it.each([
    ['Pacific', 'America/Los_Angeles'],
    ['mountain', 'America/Denver'],
    ['CENTRAL', 'America/Chicago'],
    ['Eastern', 'America/New_York'],
  ])('is known by its American name, %s time', (name, zone) => {
    for (const kind of ['', ' standard', '  daylight'])
      expect(zoneNamedIn(` (${name}${kind}  time)`)).toBe(zone);
    expect(zoneNamedIn(`${name} timeline`)).toBeUndefined();
    expect(zoneNamedIn(`${name} summer time`)).toBeUndefined();
    expect(zoneNamedIn(`the ${name} time`)).toBeUndefined();
  });

  it.each<readonly [string, number | null]>([
    ['Z', 0],
    ['UTC', 0],
    [' zulu', 0],
    [' (zulu)', 0],
    ['utc', 0],

    ['+2', 120],
    ['+02', 120],
    ['-0330', -210],
    [' UTC+05:45', 345],
    [' (GMT -3)', -180],
    ['GMT+14', 840],
    ['+14:00', 840],
    ['+14:01', null],
    ['UTC+15', null],
    ['+0260', null],
    ['+0259', 179],
    ['-12:00', -720],
  ])('is known by its distance from UTC: "%s" is %j minutes', (text, minutes) => {
    expect(zoneNamedIn(text)).toBe(minutes);
  });

  it.each([
    ['(Europe/Berlin)', 'Europe/Berlin'],
    [' America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    [' [Etc/GMT+5]', 'Etc/GMT+5'],
    [' (Japan)', 'Japan'],
    ['[ Singapore ]', 'Singapore'],
    [' (Europe/Nowhere)', null],
    [' XQZT', null],
    [' ABT', null],
  ])('is known by its IANA name: "%s" is %j', (text, zone) => {
    expect(zoneNamedIn(text)).toBe(zone);
  });

  it.each([
    '',
    ' today',
    ' XYZ',
    ' ABCTX',
    ' for all (Europe/Berlin)',
    'Zebra',
    ' NOW',
    ' TRY',
    ' ABCDET',
    ' (local)',
    ' Japan',
    ' (Japan',
    ' and (UTC)',
    ' 3',
    '+',
    ' (Local time)',
    'x+2',
  ])('is none in %j', (text) => {
    expect(zoneNamedIn(text)).toBeUndefined();
  });
});
