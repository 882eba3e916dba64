/** The page: a list of runs, or one run that is followed, scrubbed and looked into. */
import { tell } from './dom.js';
import { openRun } from './run.js';
import { openRuns } from './runs.js';

const address = new URL(location.href);
// The token is in the cookie now; in the address it would stay in the browser's history.
address.searchParams.delete('token');
history.replaceState(null, '', address);
const id = address.searchParams.get('run');

(id ? openRun(id) : openRuns()).catch((error) => tell(error.message));
