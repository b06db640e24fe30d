// Reads RDF files with the JavaScript client of each syntax and prints their triples as N-Triples.
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import jsonld from 'jsonld';
import N3 from 'n3';
import { RdfXmlParser } from 'rdfxml-streaming-parser';

const writer = new N3.Writer({ format: 'N-Triples' });

async function readJsonLd(file) {
  const documentLoader = async (url) => {
    throw new Error(`the document wants ${url} to be loaded`);
  };
  const document = JSON.parse(readFileSync(file, 'utf8'));
  const expanded = await jsonld.expand(document, { documentLoader });
  const toRdf = (input) =>
    jsonld.toRDF(input, { documentLoader, format: 'application/n-quads', safe: true });
  const lines = await toRdf(document);
  if (lines !== (await toRdf(expanded))) throw new Error('the expanded document says other things');
  return new N3.Parser({ format: 'N-Triples' }).parse(lines);
}

async function readRdfXml(file) {
  const quads = [];
  await pipeline(createReadStream(file), new RdfXmlParser({ strict: true }), async (parsed) => {
    for await (const quad of parsed) quads.push(quad);
  });
  return quads;
}

const formats = { ttl: 'Turtle', nt: 'N-Triples' };
for (const file of process.argv.slice(2)) {
  const suffix = file.split('.').pop();
  if (suffix === 'jsonld') writer.addQuads(await readJsonLd(file));
  else if (suffix === 'rdf') writer.addQuads(await readRdfXml(file));
  else writer.addQuads(new N3.Parser({ format: formats[suffix] }).parse(readFileSync(file, 'utf8')));
}
writer.end((error, result) => {
  if (error) throw error;
  process.stdout.write(result);
});
