/** Which of the tools that an agent offers does something, and the arguments that make it do that. */
import type { Json, Question, Reply, Tool } from './protocol.ts';
import { objectOf, objectsOf } from './protocol.ts';

type Call = NonNullable<Reply['call']>;

const WRITES = /^(write|write_?file|write_to_file|create_?file|create_new_file|editor)$/i;
const SHELLS =
  /^(bash|shell|exec_command|shell_command|run_shell_command|execute_command|run_commands?)$/i;
const ANSWERS = /^structured_?output$/i;

/** A call that writes a file by a tool for that, or through a shell where there is none or it is preferred. */
export function writeCall(
  { tools }: Question,
  file: { readonly path: string; readonly content: string },
  prefers: 'write' | 'shell',
): Call | null {
  const find = (names: RegExp) => tools.find(({ name }) => names.test(name));
  const [writer, shell] = [find(WRITES), find(SHELLS)];
  const command = `printf '%s\\n' '${file.content.trim()}' > '${file.path}'`;
  const byShell = shell && call(shell, (key) => (/^(cmd|commands?)$/.test(key) ? command : null));
  const byWriter =
    writer &&
    call(writer, (key) => {
      if (/content|text$/i.test(key)) return file.content;
      if (/path|file$|filename/i.test(key)) return file.path;
      return key === 'command' ? 'create' : null;
    });
  return (prefers === 'shell' ? (byShell ?? byWriter) : (byWriter ?? byShell)) ?? null;
}

/** A call of the tool by which a typed answer is given, where there is one. */
export function answerCall({ tools }: Question, answer: Json): Call | null {
  const tool = tools.find(({ name }) => ANSWERS.test(name));
  return tool ? { name: tool.name, args: answer } : null;
}

/** What is not given is left out, unless it has to be there. */
function call({ name, schema }: Tool, give: (key: string) => string | null): Call {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const args: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(objectOf(schema.properties))) {
    const given = give(key);
    if (given !== null) args[key] = takesList(objectOf(value)) ? [given] : given;
    else if (required.includes(key)) args[key] = anyOf(objectOf(value));
  }
  return { name, args };
}

function takesList({ type, anyOf: any, oneOf }: Json): boolean {
  return type === 'array' || objectsOf(any ?? oneOf).some((each) => each.type === 'array');
}

/** Some value of a schema. */
function anyOf({ type, enum: values, items }: Json): unknown {
  if (Array.isArray(values)) return values[0];
  switch (String(type).toLowerCase()) {
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 1;
    case 'array':
      return [anyOf(objectOf(items))];
    case 'object':
      return {};
    default:
      return 'to write the file';
  }
}
