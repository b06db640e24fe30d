# Serves the records of a JSON file with Dancer::Plugin::Catmandu::OAI, the provider of Catmandu.
#
#     perl serve.pl PORT FILE
#
# The protocol is Catmandu's; only the store that it searches is ours, as its own needs a search
# engine. It reads the file anew for each request, so that a test may change it. The repository's
# name and the format `raw` are not escaped, as with a template that somebody forgot to escape.
use strict;
use warnings;

package Items;

use Catmandu::Hits;
use JSON::PP;

sub new { my ($class, $file) = @_; return bless {file => $file}, $class }
sub bag { return $_[0] }
sub id_key { return '_id' }

sub items {
    my ($self) = @_;
    open my $handle, '<:raw', $self->{file} or die $!;
    local $/ = undef;
    my $items = JSON::PP->new->utf8->decode(<$handle>);
    for my $item (@$items) {
        ($item->{_id}) = $item->{identifier} =~ /(\d+)$/;
        $item->{names} = [map { $item->{titles}{$_} } sort keys %{$item->{titles}}];
    }
    return sort { $a->{datestamp} cmp $b->{datestamp} } @$items;
}

sub get { my ($self, $id) = @_; return (grep { $_->{_id} eq $id } $self->items)[0] }

sub search {
    my ($self, %args) = @_;
    my $query = $args{cql_query};
    my ($set)   = $query =~ /set = (\w+)/;
    my ($from)  = $query =~ /datestamp >= "([^"]+)"/;
    my ($until) = $query =~ /datestamp <= "([^"]+)"/;
    my @found = grep {
        my $item = $_;
        (!$set || grep { $_ eq $set } @{$item->{sets}})
            && (!$from  || $item->{datestamp} ge $from)
            && (!$until || $item->{datestamp} le $until)
    } $self->items;
    my $start = $args{start} // 0;
    my $total = @found;
    my @page  = splice @found, $start, $args{limit};
    return Catmandu::Hits->new(
        start => $start, limit => $args{limit}, total => $total, hits => \@page
    );
}

package main;

use Catmandu;
use Dancer;
use Dancer::Plugin::Catmandu::OAI;

my ($port, $file) = @ARGV;
@ARGV = ();
my $store = Items->new($file);
{
    no warnings 'redefine';
    *Catmandu::store = sub { return $store };
}

sub dublin_core {
    my ($filter) = @_;
    my $template = <<"END";
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
[%- FOREACH name IN names %]
<dc:title>[% name $filter %]</dc:title>
[%- END %]
<dc:identifier>[% page %]</dc:identifier>
</oai_dc:dc>
END
    return \$template;
}

my $namespace = 'http://www.openarchives.org/OAI/2.0/oai_dc/';
oai_provider '/oai',
    store => 'items', bag => 'items', datestamp_field => 'datestamp', limit => 7,
    repositoryName => 'Tests & more', repositoryIdentifier => 'example.org', delimiter => ':',
    sampleIdentifier => 'oai:example.org:1', adminEmail => 'someone@example.org',
    deletedRecord => 'persistent', earliestDatestamp => '2024-01-01T00:00:00Z',
    metadata_formats => [
        map { {
            metadataPrefix => $_->[0], schema => "$namespace.xsd", metadataNamespace => $namespace,
            template => dublin_core($_->[1]),
        } } ['oai_dc', '| xml'], ['raw', ''],
    ],
    sets => [map { {setSpec => $_, setName => "The set $_", cql => "set = $_"} } qw(even odd ten)],
    deleted => sub { return $_[0]{deleted} },
    set_specs_for => sub { return $_[0]{sets} };

set port => $port;
set server => '127.0.0.1';
set startup_info => 0;
set charset => 'UTF-8';
set logger => 'null';
dance;
