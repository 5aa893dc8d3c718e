import * as protocols from 'quorate/protocols';
import * as simulation from 'quorate/simulation';

const hasExports = (entry) => Object.keys(entry).length > 0;
console.log(JSON.stringify({ protocols: hasExports(protocols), simulation: hasExports(simulation) }));
