# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_muster_global_optspecs
    string join \n h/help V/version
end

function __fish_muster_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_muster_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_muster_using_subcommand
    set -l cmd (__fish_muster_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c muster -n "__fish_muster_needs_command" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_needs_command" -s V -l version -d 'Print version'
complete -c muster -n "__fish_muster_needs_command" -f -a "why" -d 'Tell why a host has its verdict'
complete -c muster -n "__fish_muster_needs_command" -f -a "history" -d 'List the runs that are kept, newest first, or the verdicts on one host through them'
complete -c muster -n "__fish_muster_needs_command" -f -a "report" -d 'Show a run that is kept, on the terminal or in files'
complete -c muster -n "__fish_muster_needs_command" -f -a "diff" -d 'Show what changed between two scans: hosts, ports, services and verdicts'
complete -c muster -n "__fish_muster_needs_command" -f -a "import" -d 'Keep files that nmap, masscan or muster scan wrote as runs of their own, judged as of their own time'
complete -c muster -n "__fish_muster_needs_command" -f -a "learn" -d 'Learn from a host that is known to have a product how it can be told, and propose a file for --catalog'
complete -c muster -n "__fish_muster_needs_command" -f -a "explain" -d 'Explain a port, a product, a program, a service or an incident'
complete -c muster -n "__fish_muster_needs_command" -f -a "catalog" -d 'List, show, search and check products: those that muster knows, and your own'
complete -c muster -n "__fish_muster_needs_command" -f -a "demo" -d 'Show muster at work on a simulated office on this machine\'s loopback addresses'
complete -c muster -n "__fish_muster_needs_command" -f -a "doctor" -d 'Show what this machine lets muster do, and what is missing'
complete -c muster -n "__fish_muster_needs_command" -f -a "completions" -d 'Print what a shell needs to complete muster\'s words'
complete -c muster -n "__fish_muster_needs_command" -f -a "scan" -d 'Sweep addresses for open ports, in Nmap\'s words'
complete -c muster -n "__fish_muster_needs_command" -f -a "audit" -d 'Sweep networks for protection agents, find out who answers, and say which hosts are protected and which are not'
complete -c muster -n "__fish_muster_needs_command" -f -a "manual" -d 'Print the manual page of a command: muster manual scan | man -l -'
complete -c muster -n "__fish_muster_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c muster -n "__fish_muster_using_subcommand why" -l run -d 'The run\'s number, as in muster history [default: the last run]' -r
complete -c muster -n "__fish_muster_using_subcommand why" -l store -d 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand history" -s n -l most -d 'At most so many runs' -r
complete -c muster -n "__fish_muster_using_subcommand history" -l store -d 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand history" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand report" -l html -d 'A page for people, in one file' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l csv -d 'A table, a row a host' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l jsonl -d 'JSON, an object a line' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l xml -d 'Nmap\'s XML, with the verdicts as results of a script' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l stylesheet -d 'The style sheet that makes a page of muster\'s or Nmap\'s XML: xsltproc FILE scan.xml > page.html' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -l store -d 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand report" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand diff" -l store -d 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand diff" -s v -l verbose -d 'Show hosts and ports that are alike, too'
complete -c muster -n "__fish_muster_using_subcommand diff" -l json -d 'JSON, an object a line'
complete -c muster -n "__fish_muster_using_subcommand diff" -l xml -d 'XML, as ndiff writes it'
complete -c muster -n "__fish_muster_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand import" -l policy -d 'The policy: zones, expected products, exemptions [default: muster.toml in this folder, if there is one]' -r -F
complete -c muster -n "__fish_muster_using_subcommand import" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand import" -l store -d 'Read FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand import" -l again -d 'Import files, too, that were imported before'
complete -c muster -n "__fish_muster_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand learn" -l product -d 'The product that the host is known to have, by its key (see muster catalog list)' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -s p -d 'Ask these TCP ports, too [default: those that the catalogue knows of the product; all 65,535 where its port is drawn at installation or not known: at the usual pace half an hour, with -T5 less]' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l from -d 'Take the ports of the product\'s programs from FILE, which netstat -anob, ss -ltnup or lsof -i -nP wrote on the host (- is stdin). Without --product, of every product that muster knows. Without a host nothing is asked' -r -F
complete -c muster -n "__fish_muster_using_subcommand learn" -l output -d 'Write the file to FILE, also as -o FILE; - is stdout, as without it' -r -F
complete -c muster -n "__fish_muster_using_subcommand learn" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand learn" -o iL -d 'Read targets from FILE, - for stdin' -r -F
complete -c muster -n "__fish_muster_using_subcommand learn" -l exclude -d 'Leave these out, separated by commas; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l excludefile -d 'Leave out the targets in FILE too; may be given several times' -r -F
complete -c muster -n "__fish_muster_using_subcommand learn" -l dns-servers -d 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system\'s business' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l allow -d 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -s T -d 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l max-rate -d 'Probes a second [default: 2,000]' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l min-rate -d 'At least so many probes a second, as far as the machine can' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l max-retries -d 'Ask what stays silent at most so many times again [default: 4]' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l max-missed -d 'Stop asking when fewer than X responders are expected to be missed [default: 1]' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l scan-delay -d 'At least TIME between two probes to a host [default: 25ms]' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l initial-rtt-timeout -d 'Wait TIME for an answer before anything has answered' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l min-rtt-timeout -d 'Never wait less than TIME for an answer, however quickly others answer' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l max-rtt-timeout -d 'Never wait longer than TIME for an answer' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l host-timeout -d 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l stats-every -d 'Print how far the sweep is every TIME' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l seed -d 'The seed of the order of probes, to repeat a sweep exactly' -r
complete -c muster -n "__fish_muster_using_subcommand learn" -l force -d 'Propose also what other programs are known to say: it tells the product from nothing'
complete -c muster -n "__fish_muster_using_subcommand learn" -s 6 -d 'Names stand for their IPv6 addresses'
complete -c muster -n "__fish_muster_using_subcommand learn" -l resolve-all -d 'Of a name that has several addresses sweep all, not the first alone'
complete -c muster -n "__fish_muster_using_subcommand learn" -s n -d 'Never look up names of addresses, whatever else is said of names'
complete -c muster -n "__fish_muster_using_subcommand learn" -l dry-run -d 'Print the plan and send no probe; names are looked up'
complete -c muster -n "__fish_muster_using_subcommand learn" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand explain" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand explain" -l markdown -d 'As Markdown'
complete -c muster -n "__fish_muster_using_subcommand explain" -l json -d 'As JSON, an object a line'
complete -c muster -n "__fish_muster_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "list" -d 'List products with their keys, a line each'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "show" -d 'Show all that is known of a product'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "search" -d 'Find products by names, vendors, programs, services and ports'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "check" -d 'Check files of your own: every fault with its line, and what to do about it'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "schema" -d 'Print the JSON Schema of the files, for editors that complete and check TOML'
complete -c muster -n "__fish_muster_using_subcommand catalog; and not __fish_seen_subcommand_from list show search check schema" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -l vendor -d 'Only products of this vendor, or of one whose name has this in it' -r
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -l purpose -d 'Only products that are there for this' -r -f -a "protection\t''
management\t''
monitoring\t''"
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -l part -d 'Only agents, relays or servers' -r -f -a "agent\t''
relay\t''
server\t''"
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -l json -d 'As JSON, an object a line'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from show" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from show" -l json -d 'As JSON, an object a line'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from show" -l toml -d 'As a file of the catalogue, to be changed and put into a folder of your own'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from search" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from search" -l json -d 'As JSON, an object a line'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "list" -d 'List products with their keys, a line each'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "show" -d 'Show all that is known of a product'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "search" -d 'Find products by names, vendors, programs, services and ports'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "check" -d 'Check files of your own: every fault with its line, and what to do about it'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "schema" -d 'Print the JSON Schema of the files, for editors that complete and check TOML'
complete -c muster -n "__fish_muster_using_subcommand catalog; and __fish_seen_subcommand_from" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c muster -n "__fish_muster_using_subcommand demo" -l store -d 'Keep the run in FILE, for muster why, history and report' -r -F
complete -c muster -n "__fish_muster_using_subcommand demo" -l html -d 'A page for people, in one file' -r -F
complete -c muster -n "__fish_muster_using_subcommand demo" -l csv -d 'A table, a row a host' -r -F
complete -c muster -n "__fish_muster_using_subcommand demo" -l jsonl -d 'JSON, an object a line' -r -F
complete -c muster -n "__fish_muster_using_subcommand demo" -l xml -d 'Nmap\'s XML, with the verdicts as results of a script' -r -F
complete -c muster -n "__fish_muster_using_subcommand demo" -l serve -d 'Keep the office open until Ctrl-C, to audit it with other commands'
complete -c muster -n "__fish_muster_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand scan" -s p -d 'Ports: numbers, ranges and registered names, as in 2967,8081,22-25,http*,T:1-100 or - for all; a sweep of ports needs this, -F or --top-ports' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l exclude-ports -d 'Leave these ports out' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l top-ports -d 'Sweep the N most common ports, of -p if there is one; the order of commonness is muster\'s own' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l shard -d 'Sweep the Kth of N parts of the ports; the parts of one --seed are disjoint and together the whole. Needs -Pn' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l journal -d 'Note every answer in FILE, so that a sweep that was cut off can be taken up again' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l resume -d 'Take up the sweep that FILE is the journal of, where it was cut off; everything else must be as it was' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l snmp-community -d 'Ask devices by SNMP v2c, at UDP port 161, what they are, with the community in FILE\'s first line, or in the variable MUSTER_SNMP_COMMUNITY; without one SNMP is not asked' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o PS -d 'Look for hosts by a SYN to these ports [without a list: 80]'
complete -c muster -n "__fish_muster_using_subcommand scan" -o PA -d 'By an ACK to these ports [without a list: 80]'
complete -c muster -n "__fish_muster_using_subcommand scan" -o PU -d 'By a UDP datagram to these ports, empty where no protocol is known [without a list: 40125]'
complete -c muster -n "__fish_muster_using_subcommand scan" -s e -d 'Send by this interface; else the routing table chooses' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -s S -d 'Send from this address, one of this machine\'s' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -s g -l source-port -d 'Send from this port' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l ttl -d 'The time-to-live of what is sent [default: 64]' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l capture -d 'Write every frame to FILE, for Wireshark and tcpdump' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o iL -d 'Read targets from FILE, - for stdin' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l exclude -d 'Leave these out, separated by commas; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l excludefile -d 'Leave out the targets in FILE too; may be given several times' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l dns-servers -d 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system\'s business' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l allow -d 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -s T -d 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l max-rate -d 'Probes a second [default: 2,000]' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l min-rate -d 'At least so many probes a second, as far as the machine can' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l max-retries -d 'Ask what stays silent at most so many times again [default: 4]' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l max-missed -d 'Stop asking when fewer than X responders are expected to be missed [default: 1]' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l scan-delay -d 'At least TIME between two probes to a host [default: 25ms]' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l initial-rtt-timeout -d 'Wait TIME for an answer before anything has answered' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l min-rtt-timeout -d 'Never wait less than TIME for an answer, however quickly others answer' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l max-rtt-timeout -d 'Never wait longer than TIME for an answer' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l host-timeout -d 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l stats-every -d 'Print how far the sweep is every TIME' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -l seed -d 'The seed of the order of probes, to repeat a sweep exactly' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -o oN -d 'Normal output, as on the terminal' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o oG -d 'Grepable output, a line a host' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o oX -d 'XML output, valid by nmap.dtd' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o oJ -d 'JSON, an object a line, streamed while the sweep runs' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -o oA -d 'Normal, XML and grepable output to BASE.nmap, BASE.xml and BASE.gnmap' -r -F
complete -c muster -n "__fish_muster_using_subcommand scan" -l stylesheet -d 'Name FILE or a URL as the style sheet of the XML' -r
complete -c muster -n "__fish_muster_using_subcommand scan" -s F -d 'Sweep the 100 most common ports: those of protection agents first, then widely used services'
complete -c muster -n "__fish_muster_using_subcommand scan" -s r -d 'Ask the ports of a host in ascending order, instead of a random one'
complete -c muster -n "__fish_muster_using_subcommand scan" -o Pn -d 'Take every address for a living host (also -P0, -PN): sweep the ports of all'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sn -d 'Only find out which hosts answer (also -sP); no port sweep'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sU -d 'Ask UDP ports, alone or together with -sS or -sT; ports without T: or U: are then UDP ports, or both'
complete -c muster -n "__fish_muster_using_subcommand scan" -l udp-empty -d 'Send UDP ports of which no protocol is known an empty datagram; else they are not asked, but by -PU'
complete -c muster -n "__fish_muster_using_subcommand scan" -l no-decoys -d 'Do not ask hosts at a port on which nothing listens (TCP 7239, or one below it): firewalls that answer for all are then not found out. Else a few are asked where ports seem open or a whole network resets alike'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sV -d 'Ask open ports what listens there: service, product and version (also -sR)'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sL -d 'Only list the targets, with their names unless with -n; send them nothing'
complete -c muster -n "__fish_muster_using_subcommand scan" -l iflist -d 'Show this machine\'s interfaces and routes, and do nothing else'
complete -c muster -n "__fish_muster_using_subcommand scan" -s R -d 'Look up names of all addresses, not only of those that answer. Under the name nmap those of hosts that are taken for up (-Pn) are looked up in any case, as Nmap does'
complete -c muster -n "__fish_muster_using_subcommand scan" -o PE -d 'By an ICMP or ICMPv6 echo request (also -PI)'
complete -c muster -n "__fish_muster_using_subcommand scan" -o PP -d 'By an ICMP request for the host\'s time; IPv4 only'
complete -c muster -n "__fish_muster_using_subcommand scan" -o PM -d 'By an ICMP request for the host\'s address mask; IPv4 only'
complete -c muster -n "__fish_muster_using_subcommand scan" -l discovery-ignore-rst -d 'Take no reset for a sign of life: many a firewall sends them in the place of hosts'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sS -d 'Ask TCP ports by half a handshake, which needs the privilege to send frames; the default where there is one'
complete -c muster -n "__fish_muster_using_subcommand scan" -o sT -d 'Ask by ordinary connections, which needs no privilege; the default where there is none'
complete -c muster -n "__fish_muster_using_subcommand scan" -l unprivileged -d 'Do not use the privilege to send frames'
complete -c muster -n "__fish_muster_using_subcommand scan" -l privileged -d 'Rely on the privilege to send frames: without it end, instead of asking by connections, as this machine\'s own addresses are all the same'
complete -c muster -n "__fish_muster_using_subcommand scan" -l disable-arp-ping -d 'Take hosts on the same link for living without asking for them by ARP and Neighbour Discovery (also --send-ip)'
complete -c muster -n "__fish_muster_using_subcommand scan" -l packet-trace -d 'Print a line for every frame to stderr'
complete -c muster -n "__fish_muster_using_subcommand scan" -s 6 -d 'Names stand for their IPv6 addresses'
complete -c muster -n "__fish_muster_using_subcommand scan" -l resolve-all -d 'Of a name that has several addresses sweep all, not the first alone'
complete -c muster -n "__fish_muster_using_subcommand scan" -s n -d 'Never look up names of addresses, whatever else is said of names'
complete -c muster -n "__fish_muster_using_subcommand scan" -l dry-run -d 'Print the plan and send no probe; names are looked up'
complete -c muster -n "__fish_muster_using_subcommand scan" -l append-output -d 'Add to the end of files that exist, instead of replacing them'
complete -c muster -n "__fish_muster_using_subcommand scan" -l webxml -d 'Name Nmap\'s style sheet on the web as that of the XML'
complete -c muster -n "__fish_muster_using_subcommand scan" -l no-stylesheet -d 'Name no style sheet in the XML, as is usual'
complete -c muster -n "__fish_muster_using_subcommand scan" -l open -d 'Show only ports that are open'
complete -c muster -n "__fish_muster_using_subcommand scan" -l reason -d 'Show why each port is in its state'
complete -c muster -n "__fish_muster_using_subcommand scan" -s v -d 'Say more; twice for still more'
complete -c muster -n "__fish_muster_using_subcommand scan" -s d -d 'Show reasons, and list ports that are else only counted'
complete -c muster -n "__fish_muster_using_subcommand scan" -l noninteractive -d 'Leave the keyboard alone: else a key shows how far the sweep is, and ? which others there are'
complete -c muster -n "__fish_muster_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand scan" -s V -l version -d 'Print version'
complete -c muster -n "__fish_muster_using_subcommand audit" -l policy -d 'The policy: zones, expected products, exemptions, scope [default: muster.toml in this folder, if there is one]' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l from-scan -d 'Judge what nmap, masscan or muster scan wrote into FILE (- is stdin), and send nothing; may be given several times. Targets and zones narrow it' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l zone -d 'Audit the ranges of this zone of the policy; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l product -d 'Sweep the ports of this product or family of products; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -s p -d 'Sweep these TCP ports instead of those of the policy and the catalogue' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l decoy -d 'A port on which nothing listens anywhere: a host that accepts connections there accepts them everywhere; 0 for none' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l fail-on -d 'End with exit code 1 if there is such a finding: never, a severity (info to critical: that or worse), codes separated by commas, or new:CODE for findings that the run before did not have' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l catalog -d 'Know the products of DIR as well, a folder of TOML files or one file; may be given several times. One with the key of a product that muster knows takes its place (see muster catalog)' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l snmp-community -d 'Ask devices by SNMP v2c, at UDP port 161, what they are, with the community in FILE\'s first line, or in the variable MUSTER_SNMP_COMMUNITY; without one SNMP is not asked' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -s e -d 'Send by this interface; else the routing table chooses' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -s S -d 'Send from this address, one of this machine\'s' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -s g -l source-port -d 'Send from this port' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l ttl -d 'The time-to-live of what is sent [default: 64]' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l capture -d 'Write every frame to FILE, for Wireshark and tcpdump' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -o iL -d 'Read targets from FILE, - for stdin' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l exclude -d 'Leave these out, separated by commas; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l excludefile -d 'Leave out the targets in FILE too; may be given several times' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l dns-servers -d 'Ask these servers for the names of addresses, separated by commas, a port behind a colon: 192.0.2.53:5353. Names among the targets are the system\'s business' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l allow -d 'Allow addresses beyond the private ranges, or more than 65,536 of them; may be given several times' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -s T -d 'Timing template: 0 to 5, or paranoid, sneaky, polite, normal, aggressive, insane' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l max-rate -d 'Probes a second [default: 2,000]' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l min-rate -d 'At least so many probes a second, as far as the machine can' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l max-retries -d 'Ask what stays silent at most so many times again [default: 4]' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l max-missed -d 'Stop asking when fewer than X responders are expected to be missed [default: 1]' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l scan-delay -d 'At least TIME between two probes to a host [default: 25ms]' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l initial-rtt-timeout -d 'Wait TIME for an answer before anything has answered' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l min-rtt-timeout -d 'Never wait less than TIME for an answer, however quickly others answer' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l max-rtt-timeout -d 'Never wait longer than TIME for an answer' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l host-timeout -d 'Give a host up after TIME (30s, 5m; a bare number is seconds; 0 is never)' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l stats-every -d 'Print how far the sweep is every TIME' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l seed -d 'The seed of the order of probes, to repeat a sweep exactly' -r
complete -c muster -n "__fish_muster_using_subcommand audit" -l html -d 'A page for people, in one file' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l csv -d 'A table, a row a host' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l jsonl -d 'JSON, an object a line' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l xml -d 'Nmap\'s XML, with the verdicts as results of a script' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l store -d 'Keep the run in FILE [default: the one that MUSTER_STORE names, or muster.db in this user\'s data folder]' -r -F
complete -c muster -n "__fish_muster_using_subcommand audit" -l no-devices -d 'Do not ask living hosts for the ports that tell computers from printers and switches'
complete -c muster -n "__fish_muster_using_subcommand audit" -o sS -d 'Ask TCP ports by half a handshake, which needs the privilege to send frames; the default where there is one'
complete -c muster -n "__fish_muster_using_subcommand audit" -o sT -d 'Ask by ordinary connections, which needs no privilege; the default where there is none'
complete -c muster -n "__fish_muster_using_subcommand audit" -l unprivileged -d 'Do not use the privilege to send frames'
complete -c muster -n "__fish_muster_using_subcommand audit" -l privileged -d 'Rely on the privilege to send frames: without it end, instead of asking by connections, as this machine\'s own addresses are all the same'
complete -c muster -n "__fish_muster_using_subcommand audit" -l disable-arp-ping -d 'Take hosts on the same link for living without asking for them by ARP and Neighbour Discovery (also --send-ip)'
complete -c muster -n "__fish_muster_using_subcommand audit" -l packet-trace -d 'Print a line for every frame to stderr'
complete -c muster -n "__fish_muster_using_subcommand audit" -s 6 -d 'Names stand for their IPv6 addresses'
complete -c muster -n "__fish_muster_using_subcommand audit" -l resolve-all -d 'Of a name that has several addresses sweep all, not the first alone'
complete -c muster -n "__fish_muster_using_subcommand audit" -s n -d 'Never look up names of addresses, whatever else is said of names'
complete -c muster -n "__fish_muster_using_subcommand audit" -l dry-run -d 'Print the plan and send no probe; names are looked up'
complete -c muster -n "__fish_muster_using_subcommand audit" -l no-store -d 'Do not keep the run'
complete -c muster -n "__fish_muster_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand audit" -s V -l version -d 'Print version'
complete -c muster -n "__fish_muster_using_subcommand manual" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "why" -d 'Tell why a host has its verdict'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "history" -d 'List the runs that are kept, newest first, or the verdicts on one host through them'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "report" -d 'Show a run that is kept, on the terminal or in files'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "diff" -d 'Show what changed between two scans: hosts, ports, services and verdicts'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "import" -d 'Keep files that nmap, masscan or muster scan wrote as runs of their own, judged as of their own time'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "learn" -d 'Learn from a host that is known to have a product how it can be told, and propose a file for --catalog'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "explain" -d 'Explain a port, a product, a program, a service or an incident'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "catalog" -d 'List, show, search and check products: those that muster knows, and your own'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "demo" -d 'Show muster at work on a simulated office on this machine\'s loopback addresses'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "doctor" -d 'Show what this machine lets muster do, and what is missing'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "completions" -d 'Print what a shell needs to complete muster\'s words'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "scan" -d 'Sweep addresses for open ports, in Nmap\'s words'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "audit" -d 'Sweep networks for protection agents, find out who answers, and say which hosts are protected and which are not'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "manual" -d 'Print the manual page of a command: muster manual scan | man -l -'
complete -c muster -n "__fish_muster_using_subcommand help; and not __fish_seen_subcommand_from why history report diff import learn explain catalog demo doctor completions scan audit manual" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c muster -n "__fish_muster_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "list" -d 'List products with their keys, a line each'
complete -c muster -n "__fish_muster_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "show" -d 'Show all that is known of a product'
complete -c muster -n "__fish_muster_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "search" -d 'Find products by names, vendors, programs, services and ports'
complete -c muster -n "__fish_muster_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "check" -d 'Check files of your own: every fault with its line, and what to do about it'
complete -c muster -n "__fish_muster_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "schema" -d 'Print the JSON Schema of the files, for editors that complete and check TOML'
complete -c muster -n "__fish_muster_using_subcommand completions" -f -a "bash fish powershell zsh"
complete -c muster -n "__fish_muster_using_subcommand manual" -f -a "scan audit why history report diff import explain catalog learn demo doctor completions manual"
