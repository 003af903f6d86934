import { stripTypeScriptTypes } from 'node:module';

/** jest transform: removes the types and leaves every line and column where it was, as Node itself does when it runs the worker from source. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
