
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'muster' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'muster'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'muster' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'Tell why a host has its verdict')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List the runs that are kept, newest first, or the verdicts on one host through them')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Show a run that is kept, on the terminal or in files')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what changed between two scans: hosts, ports, services and verdicts')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Keep files that nmap, masscan or muster scan wrote as runs of their own, judged as of their own time')
            [CompletionResult]::new('learn', 'learn', [CompletionResultType]::ParameterValue, 'Learn from a host that is known to have a product how it can be told, and propose a file for --catalog')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a port, a product, a program, a service or an incident')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'List, show, search and check products: those that muster knows, and your own')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show muster at work on a simulated office on this machine''s loopback addresses')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Show what this machine lets muster do, and what is missing')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell needs to complete muster''s words')
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Sweep addresses for open ports, in Nmap''s words')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Sweep networks for protection agents, find out who answers, and say which hosts are protected and which are not')
            [CompletionResult]::new('manual', 'manual', [CompletionResultType]::ParameterValue, 'Print the manual page of a command: muster manual scan | man -l -')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'muster;why' {
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'The run''s number, as in muster history [default: the last run]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;history' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'At most so many runs')
            [CompletionResult]::new('--most', '--most', [CompletionResultType]::ParameterName, 'At most so many runs')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;report' {
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'A page for people, in one file')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'A table, a row a host')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'JSON, an object a line')
            [CompletionResult]::new('--xml', '--xml', [CompletionResultType]::ParameterName, 'Nmap''s XML, with the verdicts as results of a script')
            [CompletionResult]::new('--stylesheet', '--stylesheet', [CompletionResultType]::ParameterName, 'The style sheet that makes a page of muster''s or Nmap''s XML: xsltproc FILE scan.xml > page.html')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;diff' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show hosts and ports that are alike, too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show hosts and ports that are alike, too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'JSON, an object a line')
            [CompletionResult]::new('--xml', '--xml', [CompletionResultType]::ParameterName, 'XML, as ndiff writes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;import' {
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'The policy: zones, expected products, exemptions [default: muster.toml in this folder, if there is one]')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('--again', '--again', [CompletionResultType]::ParameterName, 'Import files, too, that were imported before')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;learn' {
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'The product that the host is known to have, by its key (see muster catalog list)')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Ask these TCP ports, too [default: those that the catalogue knows of the product; all 65,535 where its port is drawn at installation or not known: at the usual pace half an hour, with -T5 less]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Take the ports of the product''s programs from FILE, which netstat -anob, ss -ltnup or lsof -i -nP wrote on the host (- is stdin). Without --product, of every product that muster knows. Without a host nothing is asked')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Write the file to FILE, also as -o FILE; - is stdout, as without it')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('-iL', '-iL', [CompletionResultType]::ParameterName, 'Read targets from FILE, - for stdin')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out, separated by commas; may be given several times')
            [CompletionResult]::new('--excludefile', '--excludefile', [CompletionResultType]::ParameterName, 'Leave out the targets in FILE too; may be given several times')
            [CompletionResult]::new('--dns-servers', '--dns-servers', [CompletionResultType]::ParameterName, 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system''s business')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times')
            [CompletionResult]::new('-T', '-T ', [CompletionResultType]::ParameterName, 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Probes a second [default: 2,000]')
            [CompletionResult]::new('--min-rate', '--min-rate', [CompletionResultType]::ParameterName, 'At least so many probes a second, as far as the machine can')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Ask what stays silent at most so many times again [default: 4]')
            [CompletionResult]::new('--max-missed', '--max-missed', [CompletionResultType]::ParameterName, 'Stop asking when fewer than X responders are expected to be missed [default: 1]')
            [CompletionResult]::new('--scan-delay', '--scan-delay', [CompletionResultType]::ParameterName, 'At least TIME between two probes to a host [default: 25ms]')
            [CompletionResult]::new('--initial-rtt-timeout', '--initial-rtt-timeout', [CompletionResultType]::ParameterName, 'Wait TIME for an answer before anything has answered')
            [CompletionResult]::new('--min-rtt-timeout', '--min-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait less than TIME for an answer, however quickly others answer')
            [CompletionResult]::new('--max-rtt-timeout', '--max-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait longer than TIME for an answer')
            [CompletionResult]::new('--host-timeout', '--host-timeout', [CompletionResultType]::ParameterName, 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)')
            [CompletionResult]::new('--stats-every', '--stats-every', [CompletionResultType]::ParameterName, 'Print how far the sweep is every TIME')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The seed of the order of probes, to repeat a sweep exactly')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Propose also what other programs are known to say: it tells the product from nothing')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Names stand for their IPv6 addresses')
            [CompletionResult]::new('--resolve-all', '--resolve-all', [CompletionResultType]::ParameterName, 'Of a name that has several addresses sweep all, not the first alone')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Never look up names of addresses, whatever else is said of names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and send no probe; names are looked up')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;explain' {
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'As Markdown')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'As JSON, an object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;catalog' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List products with their keys, a line each')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show all that is known of a product')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find products by names, vendors, programs, services and ports')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check files of your own: every fault with its line, and what to do about it')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the files, for editors that complete and check TOML')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'muster;catalog;list' {
            [CompletionResult]::new('--vendor', '--vendor', [CompletionResultType]::ParameterName, 'Only products of this vendor, or of one whose name has this in it')
            [CompletionResult]::new('--purpose', '--purpose', [CompletionResultType]::ParameterName, 'Only products that are there for this')
            [CompletionResult]::new('--part', '--part', [CompletionResultType]::ParameterName, 'Only agents, relays or servers')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'As JSON, an object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;catalog;show' {
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'As JSON, an object a line')
            [CompletionResult]::new('--toml', '--toml', [CompletionResultType]::ParameterName, 'As a file of the catalogue, to be changed and put into a folder of your own')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;catalog;search' {
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'As JSON, an object a line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;catalog;check' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;catalog;schema' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'muster;catalog;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List products with their keys, a line each')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show all that is known of a product')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find products by names, vendors, programs, services and ports')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check files of your own: every fault with its line, and what to do about it')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the files, for editors that complete and check TOML')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'muster;catalog;help;list' {
            break
        }
        'muster;catalog;help;show' {
            break
        }
        'muster;catalog;help;search' {
            break
        }
        'muster;catalog;help;check' {
            break
        }
        'muster;catalog;help;schema' {
            break
        }
        'muster;catalog;help;help' {
            break
        }
        'muster;demo' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Keep the run in FILE, for muster why, history and report')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'A page for people, in one file')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'A table, a row a host')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'JSON, an object a line')
            [CompletionResult]::new('--xml', '--xml', [CompletionResultType]::ParameterName, 'Nmap''s XML, with the verdicts as results of a script')
            [CompletionResult]::new('--serve', '--serve', [CompletionResultType]::ParameterName, 'Keep the office open until Ctrl-C, to audit it with other commands')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;doctor' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;scan' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Ports: numbers, ranges and registered names, as in 2967,8081,22-25,http*,T:1-100 or - for all; a sweep of ports needs this, -F or --top-ports')
            [CompletionResult]::new('--exclude-ports', '--exclude-ports', [CompletionResultType]::ParameterName, 'Leave these ports out')
            [CompletionResult]::new('--top-ports', '--top-ports', [CompletionResultType]::ParameterName, 'Sweep the N most common ports, of -p if there is one; the order of commonness is muster''s own')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Sweep the Kth of N parts of the ports; the parts of one --seed are disjoint and together the whole. Needs -Pn')
            [CompletionResult]::new('--journal', '--journal', [CompletionResultType]::ParameterName, 'Note every answer in FILE, so that a sweep that was cut off can be taken up again')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Take up the sweep that FILE is the journal of, where it was cut off; everything else must be as it was')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--snmp-community', '--snmp-community', [CompletionResultType]::ParameterName, 'Ask devices by SNMP v2c, at UDP port 161, what they are, with the community in FILE''s first line, or in the variable MUSTER_SNMP_COMMUNITY; without one SNMP is not asked')
            [CompletionResult]::new('-PS', '-PS', [CompletionResultType]::ParameterName, 'Look for hosts by a SYN to these ports [without a list: 80]')
            [CompletionResult]::new('-PA', '-PA', [CompletionResultType]::ParameterName, 'By an ACK to these ports [without a list: 80]')
            [CompletionResult]::new('-PU', '-PU', [CompletionResultType]::ParameterName, 'By a UDP datagram to these ports, empty where no protocol is known [without a list: 40125]')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'Send by this interface; else the routing table chooses')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'Send from this address, one of this machine''s')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Send from this port')
            [CompletionResult]::new('--source-port', '--source-port', [CompletionResultType]::ParameterName, 'Send from this port')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'The time-to-live of what is sent [default: 64]')
            [CompletionResult]::new('--capture', '--capture', [CompletionResultType]::ParameterName, 'Write every frame to FILE, for Wireshark and tcpdump')
            [CompletionResult]::new('-iL', '-iL', [CompletionResultType]::ParameterName, 'Read targets from FILE, - for stdin')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out, separated by commas; may be given several times')
            [CompletionResult]::new('--excludefile', '--excludefile', [CompletionResultType]::ParameterName, 'Leave out the targets in FILE too; may be given several times')
            [CompletionResult]::new('--dns-servers', '--dns-servers', [CompletionResultType]::ParameterName, 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system''s business')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times')
            [CompletionResult]::new('-T', '-T ', [CompletionResultType]::ParameterName, 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Probes a second [default: 2,000]')
            [CompletionResult]::new('--min-rate', '--min-rate', [CompletionResultType]::ParameterName, 'At least so many probes a second, as far as the machine can')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Ask what stays silent at most so many times again [default: 4]')
            [CompletionResult]::new('--max-missed', '--max-missed', [CompletionResultType]::ParameterName, 'Stop asking when fewer than X responders are expected to be missed [default: 1]')
            [CompletionResult]::new('--scan-delay', '--scan-delay', [CompletionResultType]::ParameterName, 'At least TIME between two probes to a host [default: 25ms]')
            [CompletionResult]::new('--initial-rtt-timeout', '--initial-rtt-timeout', [CompletionResultType]::ParameterName, 'Wait TIME for an answer before anything has answered')
            [CompletionResult]::new('--min-rtt-timeout', '--min-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait less than TIME for an answer, however quickly others answer')
            [CompletionResult]::new('--max-rtt-timeout', '--max-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait longer than TIME for an answer')
            [CompletionResult]::new('--host-timeout', '--host-timeout', [CompletionResultType]::ParameterName, 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)')
            [CompletionResult]::new('--stats-every', '--stats-every', [CompletionResultType]::ParameterName, 'Print how far the sweep is every TIME')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The seed of the order of probes, to repeat a sweep exactly')
            [CompletionResult]::new('-oN', '-oN', [CompletionResultType]::ParameterName, 'Normal output, as on the terminal')
            [CompletionResult]::new('-oG', '-oG', [CompletionResultType]::ParameterName, 'Grepable output, a line a host')
            [CompletionResult]::new('-oX', '-oX', [CompletionResultType]::ParameterName, 'XML output, valid by nmap.dtd')
            [CompletionResult]::new('-oJ', '-oJ', [CompletionResultType]::ParameterName, 'JSON, an object a line, streamed while the sweep runs')
            [CompletionResult]::new('-oA', '-oA', [CompletionResultType]::ParameterName, 'Normal, XML and grepable output to BASE.nmap, BASE.xml and BASE.gnmap')
            [CompletionResult]::new('--stylesheet', '--stylesheet', [CompletionResultType]::ParameterName, 'Name FILE or a URL as the style sheet of the XML')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'Sweep the 100 most common ports: those of protection agents first, then widely used services')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Ask the ports of a host in ascending order, instead of a random one')
            [CompletionResult]::new('-Pn', '-Pn', [CompletionResultType]::ParameterName, 'Take every address for a living host (also -P0, -PN): sweep the ports of all')
            [CompletionResult]::new('-sn', '-sn', [CompletionResultType]::ParameterName, 'Only find out which hosts answer (also -sP); no port sweep')
            [CompletionResult]::new('-sU', '-sU', [CompletionResultType]::ParameterName, 'Ask UDP ports, alone or together with -sS or -sT; ports without T: or U: are then UDP ports, or both')
            [CompletionResult]::new('--udp-empty', '--udp-empty', [CompletionResultType]::ParameterName, 'Send UDP ports of which no protocol is known an empty datagram; else they are not asked, but by -PU')
            [CompletionResult]::new('--no-decoys', '--no-decoys', [CompletionResultType]::ParameterName, 'Do not ask hosts at a port on which nothing listens (TCP 7239, or one below it): firewalls that answer for all are then not found out. Else a few are asked where ports seem open or a whole network resets alike')
            [CompletionResult]::new('-sV', '-sV', [CompletionResultType]::ParameterName, 'Ask open ports what listens there: service, product and version (also -sR)')
            [CompletionResult]::new('-sL', '-sL', [CompletionResultType]::ParameterName, 'Only list the targets, with their names unless with -n; send them nothing')
            [CompletionResult]::new('--iflist', '--iflist', [CompletionResultType]::ParameterName, 'Show this machine''s interfaces and routes, and do nothing else')
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'Look up names of all addresses, not only of those that answer. Under the name nmap those of hosts that are taken for up (-Pn) are looked up in any case, as Nmap does')
            [CompletionResult]::new('-PE', '-PE', [CompletionResultType]::ParameterName, 'By an ICMP or ICMPv6 echo request (also -PI)')
            [CompletionResult]::new('-PP', '-PP', [CompletionResultType]::ParameterName, 'By an ICMP request for the host''s time; IPv4 only')
            [CompletionResult]::new('-PM', '-PM', [CompletionResultType]::ParameterName, 'By an ICMP request for the host''s address mask; IPv4 only')
            [CompletionResult]::new('--discovery-ignore-rst', '--discovery-ignore-rst', [CompletionResultType]::ParameterName, 'Take no reset for a sign of life: many a firewall sends them in the place of hosts')
            [CompletionResult]::new('-sS', '-sS', [CompletionResultType]::ParameterName, 'Ask TCP ports by half a handshake, which needs the privilege to send frames; the default where there is one')
            [CompletionResult]::new('-sT', '-sT', [CompletionResultType]::ParameterName, 'Ask by ordinary connections, which needs no privilege; the default where there is none')
            [CompletionResult]::new('--unprivileged', '--unprivileged', [CompletionResultType]::ParameterName, 'Do not use the privilege to send frames')
            [CompletionResult]::new('--privileged', '--privileged', [CompletionResultType]::ParameterName, 'Rely on the privilege to send frames: without it end, instead of asking by connections, as this machine''s own addresses are all the same')
            [CompletionResult]::new('--disable-arp-ping', '--disable-arp-ping', [CompletionResultType]::ParameterName, 'Take hosts on the same link for living without asking for them by ARP and Neighbour Discovery (also --send-ip)')
            [CompletionResult]::new('--packet-trace', '--packet-trace', [CompletionResultType]::ParameterName, 'Print a line for every frame to stderr')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Names stand for their IPv6 addresses')
            [CompletionResult]::new('--resolve-all', '--resolve-all', [CompletionResultType]::ParameterName, 'Of a name that has several addresses sweep all, not the first alone')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Never look up names of addresses, whatever else is said of names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and send no probe; names are looked up')
            [CompletionResult]::new('--append-output', '--append-output', [CompletionResultType]::ParameterName, 'Add to the end of files that exist, instead of replacing them')
            [CompletionResult]::new('--webxml', '--webxml', [CompletionResultType]::ParameterName, 'Name Nmap''s style sheet on the web as that of the XML')
            [CompletionResult]::new('--no-stylesheet', '--no-stylesheet', [CompletionResultType]::ParameterName, 'Name no style sheet in the XML, as is usual')
            [CompletionResult]::new('--open', '--open', [CompletionResultType]::ParameterName, 'Show only ports that are open')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Show why each port is in its state')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more; twice for still more')
            [CompletionResult]::new('-d', '-d', [CompletionResultType]::ParameterName, 'Show reasons, and list ports that are else only counted')
            [CompletionResult]::new('--noninteractive', '--noninteractive', [CompletionResultType]::ParameterName, 'Leave the keyboard alone: else a key shows how far the sweep is, and ? which others there are')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'muster;audit' {
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'The policy: zones, expected products, exemptions, scope [default: muster.toml in this folder, if there is one]')
            [CompletionResult]::new('--from-scan', '--from-scan', [CompletionResultType]::ParameterName, 'Judge what nmap, masscan or muster scan wrote into FILE (- is stdin), and send nothing; may be given several times. Targets and zones narrow it')
            [CompletionResult]::new('--zone', '--zone', [CompletionResultType]::ParameterName, 'Audit the ranges of this zone of the policy; may be given several times')
            [CompletionResult]::new('--product', '--product', [CompletionResultType]::ParameterName, 'Sweep the ports of this product or family of products; may be given several times')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Sweep these TCP ports instead of those of the policy and the catalogue')
            [CompletionResult]::new('--decoy', '--decoy', [CompletionResultType]::ParameterName, 'A port on which nothing listens anywhere: a host that accepts connections there accepts them everywhere; 0 for none')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End with exit code 1 if there is such a finding: never, a severity (info to critical: that or worse), codes separated by commas, or new:CODE for findings that the run before did not have')
            [CompletionResult]::new('--catalog', '--catalog', [CompletionResultType]::ParameterName, 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)')
            [CompletionResult]::new('--snmp-community', '--snmp-community', [CompletionResultType]::ParameterName, 'Ask devices by SNMP v2c, at UDP port 161, what they are, with the community in FILE''s first line, or in the variable MUSTER_SNMP_COMMUNITY; without one SNMP is not asked')
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'Send by this interface; else the routing table chooses')
            [CompletionResult]::new('-S', '-S ', [CompletionResultType]::ParameterName, 'Send from this address, one of this machine''s')
            [CompletionResult]::new('-g', '-g', [CompletionResultType]::ParameterName, 'Send from this port')
            [CompletionResult]::new('--source-port', '--source-port', [CompletionResultType]::ParameterName, 'Send from this port')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'The time-to-live of what is sent [default: 64]')
            [CompletionResult]::new('--capture', '--capture', [CompletionResultType]::ParameterName, 'Write every frame to FILE, for Wireshark and tcpdump')
            [CompletionResult]::new('-iL', '-iL', [CompletionResultType]::ParameterName, 'Read targets from FILE, - for stdin')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out, separated by commas; may be given several times')
            [CompletionResult]::new('--excludefile', '--excludefile', [CompletionResultType]::ParameterName, 'Leave out the targets in FILE too; may be given several times')
            [CompletionResult]::new('--dns-servers', '--dns-servers', [CompletionResultType]::ParameterName, 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system''s business')
            [CompletionResult]::new('--allow', '--allow', [CompletionResultType]::ParameterName, 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times')
            [CompletionResult]::new('-T', '-T ', [CompletionResultType]::ParameterName, 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane')
            [CompletionResult]::new('--max-rate', '--max-rate', [CompletionResultType]::ParameterName, 'Probes a second [default: 2,000]')
            [CompletionResult]::new('--min-rate', '--min-rate', [CompletionResultType]::ParameterName, 'At least so many probes a second, as far as the machine can')
            [CompletionResult]::new('--max-retries', '--max-retries', [CompletionResultType]::ParameterName, 'Ask what stays silent at most so many times again [default: 4]')
            [CompletionResult]::new('--max-missed', '--max-missed', [CompletionResultType]::ParameterName, 'Stop asking when fewer than X responders are expected to be missed [default: 1]')
            [CompletionResult]::new('--scan-delay', '--scan-delay', [CompletionResultType]::ParameterName, 'At least TIME between two probes to a host [default: 25ms]')
            [CompletionResult]::new('--initial-rtt-timeout', '--initial-rtt-timeout', [CompletionResultType]::ParameterName, 'Wait TIME for an answer before anything has answered')
            [CompletionResult]::new('--min-rtt-timeout', '--min-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait less than TIME for an answer, however quickly others answer')
            [CompletionResult]::new('--max-rtt-timeout', '--max-rtt-timeout', [CompletionResultType]::ParameterName, 'Never wait longer than TIME for an answer')
            [CompletionResult]::new('--host-timeout', '--host-timeout', [CompletionResultType]::ParameterName, 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)')
            [CompletionResult]::new('--stats-every', '--stats-every', [CompletionResultType]::ParameterName, 'Print how far the sweep is every TIME')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'The seed of the order of probes, to repeat a sweep exactly')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'A page for people, in one file')
            [CompletionResult]::new('--csv', '--csv', [CompletionResultType]::ParameterName, 'A table, a row a host')
            [CompletionResult]::new('--jsonl', '--jsonl', [CompletionResultType]::ParameterName, 'JSON, an object a line')
            [CompletionResult]::new('--xml', '--xml', [CompletionResultType]::ParameterName, 'Nmap''s XML, with the verdicts as results of a script')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Keep the run in FILE [default: the one that MUSTER_STORE names, or muster.db in this user''s data folder]')
            [CompletionResult]::new('--no-devices', '--no-devices', [CompletionResultType]::ParameterName, 'Do not ask living hosts for the ports that tell computers from printers and switches')
            [CompletionResult]::new('-sS', '-sS', [CompletionResultType]::ParameterName, 'Ask TCP ports by half a handshake, which needs the privilege to send frames; the default where there is one')
            [CompletionResult]::new('-sT', '-sT', [CompletionResultType]::ParameterName, 'Ask by ordinary connections, which needs no privilege; the default where there is none')
            [CompletionResult]::new('--unprivileged', '--unprivileged', [CompletionResultType]::ParameterName, 'Do not use the privilege to send frames')
            [CompletionResult]::new('--privileged', '--privileged', [CompletionResultType]::ParameterName, 'Rely on the privilege to send frames: without it end, instead of asking by connections, as this machine''s own addresses are all the same')
            [CompletionResult]::new('--disable-arp-ping', '--disable-arp-ping', [CompletionResultType]::ParameterName, 'Take hosts on the same link for living without asking for them by ARP and Neighbour Discovery (also --send-ip)')
            [CompletionResult]::new('--packet-trace', '--packet-trace', [CompletionResultType]::ParameterName, 'Print a line for every frame to stderr')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Names stand for their IPv6 addresses')
            [CompletionResult]::new('--resolve-all', '--resolve-all', [CompletionResultType]::ParameterName, 'Of a name that has several addresses sweep all, not the first alone')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Never look up names of addresses, whatever else is said of names')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and send no probe; names are looked up')
            [CompletionResult]::new('--no-store', '--no-store', [CompletionResultType]::ParameterName, 'Do not keep the run')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'muster;manual' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'muster;help' {
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'Tell why a host has its verdict')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'List the runs that are kept, newest first, or the verdicts on one host through them')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Show a run that is kept, on the terminal or in files')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what changed between two scans: hosts, ports, services and verdicts')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Keep files that nmap, masscan or muster scan wrote as runs of their own, judged as of their own time')
            [CompletionResult]::new('learn', 'learn', [CompletionResultType]::ParameterValue, 'Learn from a host that is known to have a product how it can be told, and propose a file for --catalog')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Explain a port, a product, a program, a service or an incident')
            [CompletionResult]::new('catalog', 'catalog', [CompletionResultType]::ParameterValue, 'List, show, search and check products: those that muster knows, and your own')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show muster at work on a simulated office on this machine''s loopback addresses')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Show what this machine lets muster do, and what is missing')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what a shell needs to complete muster''s words')
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Sweep addresses for open ports, in Nmap''s words')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Sweep networks for protection agents, find out who answers, and say which hosts are protected and which are not')
            [CompletionResult]::new('manual', 'manual', [CompletionResultType]::ParameterValue, 'Print the manual page of a command: muster manual scan | man -l -')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'muster;help;why' {
            break
        }
        'muster;help;history' {
            break
        }
        'muster;help;report' {
            break
        }
        'muster;help;diff' {
            break
        }
        'muster;help;import' {
            break
        }
        'muster;help;learn' {
            break
        }
        'muster;help;explain' {
            break
        }
        'muster;help;catalog' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List products with their keys, a line each')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show all that is known of a product')
            [CompletionResult]::new('search', 'search', [CompletionResultType]::ParameterValue, 'Find products by names, vendors, programs, services and ports')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check files of your own: every fault with its line, and what to do about it')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of the files, for editors that complete and check TOML')
            break
        }
        'muster;help;catalog;list' {
            break
        }
        'muster;help;catalog;show' {
            break
        }
        'muster;help;catalog;search' {
            break
        }
        'muster;help;catalog;check' {
            break
        }
        'muster;help;catalog;schema' {
            break
        }
        'muster;help;demo' {
            break
        }
        'muster;help;doctor' {
            break
        }
        'muster;help;completions' {
            break
        }
        'muster;help;scan' {
            break
        }
        'muster;help;audit' {
            break
        }
        'muster;help;manual' {
            break
        }
        'muster;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
