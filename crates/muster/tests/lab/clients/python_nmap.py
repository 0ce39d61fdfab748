"""What python-nmap finds with the `nmap` of the path: a line a host, a line a port.

Words: targets, ports, then options; without any it is called with its own.
"""

import sys

import nmap

scanner = nmap.PortScanner()
targets, ports, *options = sys.argv[1:]
own = [" ".join(options)] if options else []
said = scanner.scan(targets, ports, *own)["nmap"]["scaninfo"]
if "error" in said:
    sys.exit("nmap failed: " + " ".join(said["error"]))

for address in scanner.all_hosts():
    host = scanner[address]
    print("host", address, host.state())
    for protocol in host.all_protocols():
        for number, port in host[protocol].items():
            print("port", address, number, protocol, port["state"])
