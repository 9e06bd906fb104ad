// componentize.mjs MODULES {componentize-js|qjs|qjs-async} SOURCE WIT WORLD OUT [FEATURES THAT ARE OFF..]: MODULES is the node_modules that has the packages.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, tool, source, wit, world, out, ...disableFeatures] = process.argv.slice(2);
const text = readFileSync(source, 'utf8');
if (tool === 'componentize-js') {
  const { componentize } = await import(pathToFileURL(`${modules}/@bytecodealliance/componentize-js/src/componentize.js`));
  const { component } = await componentize(text, { witPath: wit, worldName: world, disableFeatures });
  writeFileSync(out, component);
} else {
  const { componentize } = createRequire(`${modules}/`)('componentize-qjs');
  const { component } = await componentize({ jsSource: text, witPath: wit, world, sync: tool === 'qjs' });
  writeFileSync(out, component);
}
