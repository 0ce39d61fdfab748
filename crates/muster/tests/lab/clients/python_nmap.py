"""What python-nmap finds with the `nmap` of the path: a line a host, a line a port.

Words: targets, ports, then options.
"""

import sys

import nmap

scanner = nmap.PortScanner()
said = scanner.scan(sys.argv[1], sys.argv[2], " ".join(sys.argv[3:]))["nmap"]["scaninfo"]
if "error" in said:
    sys.exit("nmap failed: " + " ".join(said["error"]))

for address in scanner.all_hosts():
    host = scanner[address]
    print("host", address, host.state())
    for protocol in host.all_protocols():
        for number, port in host[protocol].items():
            print("port", address, number, protocol, port["state"])
