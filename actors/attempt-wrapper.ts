/**
 * The shell that starts an agent, waits, and writes down how it ended, so that the exit code is known to whoever looks
 * later, also when oneshot is gone. Arguments: the attempt's folder, the file for standard input, program, arguments.
 *
 * - It outlives the signals that end the agent (`trap :` keeps the shell, and is not inherited: the agent has defaults).
 * - The agent runs in the foreground: in the background a shell would make it ignore SIGINT.
 * - The inner shell writes its pid and then becomes the agent, so the pid is on disk before the agent's first step.
 * - No process is started for the records: each is one short write, of which a reader sees all or nothing. The file of
 *   the pid is there before, so that nobody else may read it.
 * - `shell.log` is where the shell itself reports "Killed" or "Terminated": with that, exit code 137 was a signal;
 *   without, the agent exited with 137 (gemini exits with the HTTP status mod 256). Verified with dash and bash.
 */
export const WRAPPER_SCRIPT = `
exec 2>"$1/shell.log"
dir=$1 in=$2; shift 2
trap : HUP INT TERM
sh -c 'echo "$$" >"$0/pid"; in=$1; shift; exec "$@" <"$in" >>"$0/stdout" 2>>"$0/stderr"' "$dir" "$in" "$@"
code=$?
umask 077
echo "{\\"version\\":1,\\"exitCode\\":$code}" >"$dir/exit.json"
`.trim();

/** Exit codes above this may tell of a signal: code minus this is its number. */
export const SIGNAL_BASE = 128;

/** Signals of which the shells say nothing. */
export const SILENT_SIGNALS: readonly string[] = ['SIGINT', 'SIGPIPE'];
