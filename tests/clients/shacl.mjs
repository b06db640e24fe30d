// Validates data with rdf-validate-shacl: node shacl.mjs BASE SHAPES-FOLDER DATA… prints JSON,
// {conforms, results: [[focus, shape, severity]]}. Data files that end in .nt may stand several.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import rdf from '@zazuko/env';
import N3 from 'n3';
import SHACLValidator from 'rdf-validate-shacl';

function read(files, baseIRI) {
  const dataset = rdf.dataset();
  for (const file of files) {
    const format = file.endsWith('.nt') ? 'N-Triples' : 'Turtle';
    const options = { factory: rdf, format, ...(format === 'Turtle' && { baseIRI }) };
    for (const quad of new N3.Parser(options).parse(readFileSync(file, 'utf8'))) dataset.add(quad);
  }
  return dataset;
}

const [base, folder, ...data] = process.argv.slice(2);
const shapes = readdirSync(folder)
  .filter((name) => name.endsWith('.ttl'))
  .map((name) => join(folder, name));
const validator = new SHACLValidator(read(shapes, base), { factory: rdf });
const report = await validator.validate(read(data, base));
const results = report.results.map((result) => [
  result.focusNode?.value,
  result.sourceShape?.value,
  result.severity?.value.split('#').pop(),
]);
process.stdout.write(JSON.stringify({ conforms: report.conforms, results }));
