# What Nmap::Parser reads in Nmap's XML: a line a host, a line a port.
#
# With a file it reads that; with words it runs `nmap` with them, targets first.

use strict;
use warnings;

use Nmap::Parser;

my $way    = shift @ARGV;
my $parser = Nmap::Parser->new;
if ($way eq 'file') {
    $parser->parsefile($ARGV[0]);
}
else {
    my $targets = shift @ARGV;
    $parser->parsescan('nmap', join(' ', @ARGV), $targets);
}

for my $host ($parser->all_hosts()) {
    my $address = $host->addr;
    print "host $address ", $host->status, "\n";
    print "port $address $_ tcp ", $host->tcp_port_state($_), "\n" for $host->tcp_ports();
}
