import * as checker from 'quorate/checker';
import * as protocols from 'quorate/protocols';
import * as simulation from 'quorate/simulation';

const hasExports = (entry) => Object.keys(entry).length > 0;
console.log(
  JSON.stringify({ checker: hasExports(checker), protocols: hasExports(protocols), simulation: hasExports(simulation) }),
);
