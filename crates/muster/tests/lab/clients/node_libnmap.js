// What node-libnmap finds with the `nmap` of the path: a line a host, a line a port.
//
// Words: targets, ports, then options.

const libnmap = require("node-libnmap");

const [targets, ports, ...flags] = process.argv.slice(2);

libnmap.scan({ range: [targets], ports, flags }, (error, reports) => {
  if (error) {
    console.error(error);
    process.exit(1);
  }
  for (const report of Object.values(reports)) {
    for (const host of report.host) {
      const address = host.address[0].$.addr;
      console.log("host", address, host.status[0].$.state);
      for (const port of host.ports[0].port || []) {
        console.log("port", address, port.$.portid, port.$.protocol, port.state[0].$.state);
      }
    }
  }
});
