# Reads one RDF file with RDF::Trine or Attean and prints its triples as N-Triples:
# perl read.pl trine|attean ntriples|turtle|rdfxml FILE
use strict;
use warnings;
my ($client, $syntax, $file) = @ARGV;
if ($client eq 'trine') {
    require RDF::Trine;
    my $model = RDF::Trine::Model->temporary_model;
    RDF::Trine::Parser->new($syntax)->parse_file_into_model('http://invalid.example/', $file, $model);
    print RDF::Trine::Serializer->new('ntriples')->serialize_model_to_string($model);
}
else {
    require Attean;
    my %class = (ntriples => 'NTriples', turtle => 'Turtle', rdfxml => 'RDFXML');
    my $base = Attean::IRI->new('http://invalid.example/');
    my $parser = Attean->get_parser($class{$syntax})->new(base => $base);
    open my $input, ($syntax eq 'rdfxml' ? '<:raw' : '<:encoding(UTF-8)'), $file or die "$file: $!";
    my $triples = $parser->parse_iter_from_io($input);
    print Attean->get_serializer('NTriples')->new->serialize_iter_to_bytes($triples);
}
