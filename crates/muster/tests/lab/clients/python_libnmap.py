"""What python-libnmap reads in Nmap's XML: a line a host, a line a port.

With a file it reads that; with words it has its own process run `nmap` with them, targets first.
"""

import sys

from libnmap.parser import NmapParser
from libnmap.process import NmapProcess

if sys.argv[1] == "file":
    report = NmapParser.parse_fromfile(sys.argv[2])
else:
    process = NmapProcess(targets=sys.argv[2], options=" ".join(sys.argv[3:]))
    if process.run() != 0:
        sys.exit("nmap failed: " + process.stderr)
    report = NmapParser.parse(process.stdout)

for host in report.hosts:
    print("host", host.address, host.status)
    for number, protocol in host.get_ports():
        print("port", host.address, number, protocol, host.get_service(number, protocol).state)
