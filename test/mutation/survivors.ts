/**
 * Mutants that no test can notice, or that none should, each with the reason. An entry is for every mutant of that
 * source line whose replacement it names; one that matches nothing any more is told as stale.
 */
export interface Survivor {
  readonly file: string;
  /** A part of the mutated source line. */
  readonly line: string;
  /** A part of what the mutant puts there. */
  readonly replacement: string;
  readonly because: string;
}

type Mutant = readonly [file: string, line: string, replacement: string];

const STRYKER = 'Stryker was here';

export const SURVIVORS: readonly Survivor[] = [
  ...same('for the compiler: the value that is asked for is always there', [
    ['actors/agents/gemini-failure.ts', "complaint.trim().split('\\n').at(-1) ?? ''", STRYKER],
    ['machines/judgement.ts', "complaint.trim().split('\\n').at(-1)", STRYKER],
    ['machines/judgement.ts', "complaint.trim().split('\\n').at(-1)", '.at(-1).slice'],
    ['machines/judgement.ts', "case 'clean':", '""'],
    ['machines/json-reader.ts', "cursor.open.at(-1)?.closer ?? '}'", '""'],
    ['machines/json-reader.ts', 'cursor.open.at(-1)?.closer', 'cursor.open.at(-1).closer'],
    ['machines/json-reader.ts', 'if (container) container.valueFrom', 'true'],
    ['machines/verdict-content.ts', "fields.get(key) ?? ''", STRYKER],
    ['machines/verdict-content.ts', 'if (key === undefined)', 'false'],
    ['machines/verdict-statement.ts', 'Math.max(last, span?.from ?? -1)', '+1'],
    ['machines/verdict-statement.ts', 'Math.max(last, span?.from ?? -1)', 'span.from'],
    ['machines/verdict-statement.ts', '(statement.span?.from ?? Infinity)', 'statement.span.from'],
    ['machines/verdict.ts', 'span ? [span] : []', STRYKER],
    ['machines/failure-updates.ts', 'shows what changed; what tools', 'attempt.number'],
    ['machines/implementations.ts', 'context.work?.checks.length', 'context.work.checks'],
    ['machines/standstill.ts', 'rounds in a row found the same', 'standstill.'],
    ['machines/findings-ledger.ts', "status: 'new', iteration, rounds: 0", '""'],
    ['machines/fenced-blocks.ts', 'info !== null && PLAIN.has(info)', 'true'],
  ]),
  ...same('what does not match has no parts, and words of nobody are no match either', [
    ['machines/fenced-blocks.ts', 'OPENING.exec(line) ?? []', STRYKER],
    ['machines/verdict-broken.ts', 'VALUE.exec(lined.text) ?? []', STRYKER],
    ['machines/verdict-lines.ts', "[, before = '', word = '', behind = '']", STRYKER],
    ['machines/verdict-lines.ts', '.exec(core) ?? []', STRYKER],
    ['actors/agents/stream-failure.ts', "{ evidence = '', login = '' }", STRYKER],
  ]),
  ...same('nobody reads it: the statement is without a verdict, so it never gives feedback', [
    ['machines/verdict-broken.ts', "feedback: ''", STRYKER],
    ['machines/verdict-broken.ts', 'findings: []', STRYKER],
    ['machines/verdict-objects.ts', "problem, feedback: '', findings: []", STRYKER],
    ['machines/verdict-structured.ts', "problem, feedback: '', findings: []", STRYKER],
    ['machines/verdict-standing.ts', "{ standing: 'own', reason: '' }", STRYKER],
  ]),
  ...same('asked is only whether something is "own" or "doubtful"', [
    ['machines/verdict-broken.ts', "standing: 'ignored'", '""'],
    ['machines/verdict-lines.ts', "standing: 'ignored'", '""'],
    ['machines/verdict-objects.ts', "standing: 'ignored', reason", '""'],
  ]),
  ...same('saves work only: what it skips comes to the same', [
    ['machines/json-objects.ts', 'if (to === null && paragraphEnd < at)', ''],
    ['machines/effectless.ts', 'if (answers === undefined) return on', 'false'],
    ['machines/agent-turns.ts', 'end <= now && agent !== current', 'true'],
    ['machines/verdict-broken.ts', 'others.slice(-NAMED_WITHOUT_VERDICT)', 'others'],
    ['machines/verdict-broken.ts', 'match && match.index < stop', 'true'],
    ['machines/verdict-broken.ts', 'match && match.index < stop', '<= stop'],
    ['machines/verdict-lines.ts', 'line.length <= VALUE_LENGTH && isOwnParagraph', 'true'],
    [
      'machines/verdict-lines.ts',
      '.slice(0, VALUE_LENGTH + 1)',
      "value.replace(EMPHASIS_BEFORE, '')",
    ],
    ['machines/verdict-lines.ts', 'if (!block || block.info !== null)', 'false'],
    ['machines/verdict-objects.ts', 'const strings = members.filter', ''],
    ['machines/verdict-structured.ts', 'structured === null || structured === undefined', 'false'],
    ['machines/verdict-structured.ts', "typeof item === 'object' && item !== null", ''],
    ['machines/verdict.ts', "text.trim() === '' && statements.length === 0", 'true'],
  ]),
  ...same('the two differ only at a place where nothing can stand', [
    ['machines/fenced-blocks.ts', 'for (let at = from; at < end; )', 'at <= end'],
    ['machines/fenced-blocks.ts', 'found < 0 || found >= end', 'found'],
    ['machines/json-reader.ts', "character > ' ' &&", ">= ' '"],
    ['machines/json-objects.ts', 'for (; at < offset; at += 1)', 'at <= offset'],
    ['machines/plain-text.ts', 'at >= 0; at = text.indexOf', 'at > 0'],
    ['machines/verdict-broken.ts', 'entry && entry.from < index', '<= index'],
    ['machines/verdict-broken.ts', '(objects[valid]?.to ?? Infinity) <= index', '< index'],
    ['machines/verdict-broken.ts', '(objects[valid]?.from ?? Infinity) < index', '<= index'],
    ['machines/verdict-broken.ts', 'index < reach && !isInValid', 'index <= reach'],
    ['machines/verdict-broken.ts', 'let reach = -1', '+1'],
    ['machines/verdict-standing.ts', 'while (at >= 0 &&', 'at > 0'],
    ['machines/verdict-statement.ts', '(statement.span?.from ?? Infinity) < formAt', '<= formAt'],
  ]),
  ...same('a text among objects is passed over', [
    ['machines/verdict-structured.ts', "if (text === '') return []", STRYKER],
    ['machines/verdict-structured.ts', 'const verdicts: unknown[] = []', STRYKER],
    ['machines/json-objects.ts', 'steps: []', STRYKER],
  ]),
  ...same('a run of backticks counts once, whether its first or its last one does', [
    ['machines/json-objects.ts', "text.charAt(at - 1) !== '`'", 'at + 1'],
  ]),
  ...same('what is looked for cannot begin later, or end earlier, than it does', [
    ['machines/fenced-blocks.ts', 'const OPENING', '([^\\n]*)/'],
    ['machines/verdict-broken.ts', 'test(near) ||', '/(?:\\n)[ \\t]*$/'],
    ['machines/verdict-broken.ts', 'const VALUE =', '([\\S\\S]?)'],
    ['machines/verdict-lines.ts', 'const LOOSE_SEPARATOR', '/(?:is|'],
  ]),
  ...same('only where it is the whole answer is it known which part of the text it is', [
    ['machines/verdict-lines.ts', 'lined.text.slice(block.from, block.to).trimEnd()', 'lined.text'],
  ]),
  ...same('nothing is done there: to enter it again, or to stay in it, is the same', [
    ['machines/lifecycle.ts', "{ target: 'created', reenter: true }", ''],
    ['machines/recovery-state.ts', "{ target: 'recoveryPending', reenter: true }", 'false'],
    ['machines/context.ts', "phase: 'created'", '""'],
  ]),
  ...same('two shares of the same size are the same share', [
    ['machines/changes.ts', 'if (wish > share)', 'wish >= share'],
  ]),
  ...same('words for an agent, which a person may replace', [
    ['machines/prompts.ts', 'You are the ', '""'],
    ['machines/prompts.ts', 'decide by yourself and say', '""'],
    ['machines/prompts.ts', 'was found, and end with', '""'],
    ['machines/prompts.ts', "worker's report. Look for yourself", '""'],
  ]),
  ...same('words for the chart and for a person who reads it', [
    ['machines/lifecycle.ts', 'description:', '""'],
    ['machines/recovery-state.ts', 'description:', '""'],
  ]),
  ...same('any name will do, so long as it changes with the chart', [
    ['machines/lifecycle.ts', 'LIFECYCLE_VERSION =', '""'],
  ]),
  ...same('the host supplies the actors, and its types demand all of them', [
    ['machines/implementations.ts', "=> unprovided('", ''],
    ['machines/implementations.ts', 'function unprovided', '{}'],
    ['machines/implementations.ts', 'is supplied by the host', '``'],
    ['machines/implementations.ts', 'types: {', '{}'],
  ]),
  ...same('the guard before it let only such an event or context through', [
    ['machines/implementations.ts', 'context.attempt?.', 'context.attempt.'],
    ['machines/implementations.ts', "findings?.kind === 'alive' ?", ''],
    ['machines/implementations.ts', "findings?.kind !== 'partial'", ''],
    ['machines/implementations.ts', "findings?.kind !== 'limited'", ''],
    ['machines/implementations.ts', 'endOf(event)?.verdict?.kind', 'verdict'],
    ['machines/implementations.ts', 'findingsOf(event)?.kind', 'findingsOf(event).kind'],
    ['machines/implementations.ts', 'end?.class', 'end.class'],
    ['machines/implementations.ts', 'event.output.findings : null', 'true'],
    ['machines/implementations.ts', "event.type === 'checks.ended' && event.feedback", 'true'],
    ['machines/implementations.ts', "case 'clean':", '""'],
    ['machines/implementations.ts', "case 'limited':", '""'],
    ['machines/implementations.ts', "case 'empty':", '""'],
    ['machines/updates.ts', 'context.attempt?.endReason', 'context.attempt.endReason'],
    ['machines/updates.ts', 'salvage?.session?.id', 'salvage?.session.id'],
    ['machines/implementations.ts', "endReason ?? 'interrupted'", '""'],
    ['machines/implementations.ts', "findings && findings.kind !== 'alive'", ''],
    ['machines/implementations.ts', 'tells of no end of an attempt', ''],
    ['machines/implementations.ts', 'if (!end) throw', 'false'],
    ['machines/judgement-updates.ts', 'verdict?.kind', 'verdict.kind'],
    ['machines/judgement-updates.ts', "'no answer'", ''],
    ['machines/failure-updates.ts', 'if (!why) throw', 'false'],
    ['machines/failure-updates.ts', 'if (!why) throw', '``'],
    ['machines/budgets.ts', "includes(reason ?? '')", STRYKER],
  ]),
  ...same('for the compiler: what matched has this part', [
    ['machines/durations-in-text.ts', "new RegExp(PART, 'gi')) ?? []", STRYKER],
    ['machines/durations-in-text.ts', "amount = '', unit = ''", STRYKER],
    ['machines/durations-in-text.ts', '?.[1] ?? 0', '(unit))[1]'],
    ['machines/moments-in-text.ts', "hour = '', minute = '0'", ''],
    ['machines/moments-in-text.ts', "([, name = ''])", STRYKER],
    ['machines/moments-in-text.ts', "monthOf(name = '')", STRYKER],
    ['machines/moments-in-text.ts', 'match && time && isTime(time)', 'match || time'],
    ['machines/quota-time.ts', "digits = ''", STRYKER],
    ['machines/quota-time.ts', "name = '', separator = ''", STRYKER],
    ['machines/quota-time.ts', "name = '', , amount", STRYKER],
    ['machines/zone-names.ts', "hours = '', minutes = '0'", ''],
    ['machines/zone-names.ts', "match[1] ?? ''", STRYKER],
    ['machines/zone-names.ts', "AMERICAN[part.toLowerCase()] ?? 'UTC'", '""'],
  ]),
  ...same('the form before it fixes what is read here from end to end', [
    ['machines/durations-in-text.ts', '/^([\\d.]+|half an', ''],
    ['machines/durations-in-text.ts', "amount === 'half an' ? 0.5", '/\\d/'],
    ['machines/moments-in-text.ts', '/^midnight$/i', ''],
    ['machines/moments-in-text.ts', '/^noon$/i', ''],
    ['machines/zone-names.ts', '/^[A-Z]{2,4}T$/', '/[A-Z]{2,4}T$/'],
    ['machines/quota-time.ts', 'const LONE_STAMP', ':\\d\\S*'],
  ]),
  ...same('what else reads the same words says the same', [
    ['machines/moments-in-text.ts', 'const TWENTY_FOUR', ''],
    ['machines/quota-time.ts', "'$1m'", ''],
    ['machines/quota-time.ts', "new RegExp(CUE, 'i')", '""'],
    ['machines/quota-time.ts', 'const LEAD', '/[^'],
    ['machines/quota-time.ts', 'less than an? minute', ''],
  ]),
  ...same('what is not a number, or is no later than now, is not believed', [
    ['machines/quota-time.ts', 'const spans =', STRYKER],
    ['machines/quota-time.ts', 'const moments =', STRYKER],
    ['machines/quota-time.ts', 'flatMap((window)', STRYKER],
    ['machines/quota-time.ts', 'ms === null ? null', 'false'],
    ['machines/moments-in-text.ts', 'at !== null && at - now', 'true'],
  ]),
  ...same('the numbers come to the same: modulo a week, an instant of no year, sorted before', [
    ['machines/moments-in-text.ts', '(weekday - weekdayOf(today) + 7) % 7', '- 7'],
    ['machines/moments-in-text.ts', 'const WEEKDAYS', '""'],
    ['machines/quota-time.ts', 'now < LAST_NOW_MS', '<= LAST_NOW_MS'],
    ['machines/time-zones.ts', 'shown.toSorted', ''],
    ['machines/limit-updates.ts', 'if (resumeAt === null || resumeAt', 'false'],
    ['machines/limit-updates.ts', 'const isLong = resumeAt !== null', 'true'],
  ]),
  ...same('every state is set before it is read', [
    ['actors/agents/words.ts', "let kind: 'text' | 'thinking' = 'text'", '""'],
    ['machines/json-reader.ts', "expected: 'value' }", '""'],
  ]),
  ...same('a limited end has a failure', [
    ['machines/judgement.ts', 'resumeAt: failure?.resumeAt ?? null', 'failure.resumeAt'],
  ]),
  ...same('the bullet is cut and the blanks behind it are trimmed anyway', [
    ['machines/verdict-content.ts', 'const BULLET', '[.)])\\s/'],
    ['machines/verdict-content.ts', "line.replace(BULLET, '').trim()", "line.replace(BULLET, '')"],
  ]),
  ...same('a fence has one sort of marks', [
    ['machines/fenced-blocks.ts', "marker.startsWith('`')", "marker.endsWith('`')"],
  ]),
];

function same(because: string, mutants: readonly Mutant[]): Survivor[] {
  return mutants.map(([file, line, replacement]) => ({ file, line, replacement, because }));
}
