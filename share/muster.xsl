<?xml version="1.0" encoding="UTF-8"?>
<!--
  Makes a page of a scan: computers with the agent, computers without it, and those that are to be investigated.

      xsltproc muster.xsl scan.xml > report.html

  The parameter "ports" (option stringparam of xsltproc) is a list of TCP ports, as in 2967,8081.

  Reads muster's XML (muster report or audit, with the option for XML) and plain Nmap's (-oX). muster's verdicts are taken
  as they are. Plain Nmap gives none: there a host has the agent if one of its TCP ports in "ports" is open, and lacks it
  if all of them that were asked are closed. Whatever else answers, or may be there, is to be investigated.

  The page is one file without scripts and loads nothing. Part of muster, under MIT OR Apache-2.0.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:output method="html" encoding="UTF-8" indent="no" doctype-system="about:legacy-compat"/>

<!-- The TCP ports that count where nobody gave a verdict; those of all agents that muster knows. -->
<xsl:param name="ports" select="'2868,2967,2968,3310,3999,4118,4122,4158,5168,7074,7075,7076,7077,7169,8081,8190,8191,8192,8193,8194,12345,13000,18226,21112,33115,33221,42510,54322'"/>

<!-- With a comma before and after each. -->
<xsl:variable name="wanted" select="concat(',', translate($ports, ' &#9;&#10;&#13;', ''), ',')"/>

<!-- The TCP ports that were asked of every host, as Nmap writes them. -->
<xsl:variable name="services">
  <xsl:for-each select="/nmaprun/scaninfo[@protocol = 'tcp'][@services]">
    <xsl:value-of select="concat(@services, ',')"/>
  </xsl:for-each>
</xsl:variable>

<!-- The ports that count and were asked, each with a comma after it. -->
<xsl:variable name="asked">
  <xsl:call-template name="asked-of">
    <xsl:with-param name="rest" select="substring($wanted, 2)"/>
  </xsl:call-template>
</xsl:variable>

<!-- Hosts that are listed: all but those that are down. -->
<xsl:variable name="hosts" select="/nmaprun/host[not(status/@state = 'down')]"/>

<!-- Which list each host belongs to, a letter each: With, withOut, Investigate, Left out. -->
<xsl:variable name="classes">
  <xsl:apply-templates select="$hosts" mode="class"/>
</xsl:variable>

<xsl:variable name="has-verdicts" select="boolean($hosts/hostscript/script[@id = 'muster-verdict'])"/>

<xsl:template match="/">
  <xsl:if test="not(/nmaprun)">
    <xsl:message terminate="yes">error: this is not the XML of a scan
hint: give a file of muster report or of nmap -oX</xsl:message>
  </xsl:if>
  <html lang="en">
    <head>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>Who has the agent</title>
      <style>
/* Colours on white paper and on a dark screen. */
:root { color-scheme: light dark; --ink: #16202b; --paper: #fff; --soft: #51606f; --line: #d5dbe1; --with: #2f7d4f; --without: #b3261e; --investigate: #b7791f; --left: #7b8794 }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e3e8ed; --paper: #12171d; --soft: #a3afba; --line: #343d46; --with: #5fb583; --without: #f28b82; --investigate: #e0a84e } }
body { color: var(--ink); background: var(--paper); font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 0 .3rem }
h2 { border-bottom: 3px solid; font-size: 1.15rem; margin: 2rem 0 .5rem; padding-bottom: .2rem }
.with h2 { border-color: var(--with) } .without h2 { border-color: var(--without) } .investigate h2 { border-color: var(--investigate) } .left h2 { border-color: var(--left) }
p { margin: .3rem 0 } code { overflow-wrap: anywhere }
.note { color: var(--soft) } .warning { border-left: 4px solid var(--without); padding-left: .6rem }
.counts { margin: 1rem 0; border-collapse: collapse } .counts th { font-weight: normal; padding: .1rem 1rem .1rem 0; text-align: left }
.counts td { font-variant-numeric: tabular-nums; font-weight: bold; padding: 0; text-align: right }
.list { border-collapse: collapse; table-layout: fixed; width: 100% }
.list th, .list td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top }
.list th { color: var(--soft); font-weight: normal } .list .a { width: 15% } .list .n { width: 20% } .list .p { width: 25% }
/* On a telephone a host is a block: its address and name, its ports, and why. */
@media screen and (max-width: 40rem) {
  .list, .list tbody, .list tr { display: block } .list thead { display: none }
  .list tr { border-bottom: 1px solid var(--line); padding: .4rem 0 }
  .list td { border: 0; display: block; padding: 0 } .list td:nth-child(-n+2) { display: inline; font-weight: bold; margin-right: .6rem }
  .list td:nth-child(3) { color: var(--soft) }
}
@media print { body { font-size: 9pt; margin: 0; max-width: none; padding: 0 } tr { break-inside: avoid } h2 { break-after: avoid } thead { display: table-header-group } }
      </style>
    </head>
    <body>
      <xsl:apply-templates select="/nmaprun"/>
    </body>
  </html>
</xsl:template>

<xsl:template match="nmaprun">
  <h1>Who has the agent</h1>
  <xsl:call-template name="about"/>
  <xsl:call-template name="counts"/>
  <xsl:call-template name="list">
    <xsl:with-param name="class" select="'W'"/>
    <xsl:with-param name="style" select="'with'"/>
    <xsl:with-param name="title" select="'Computers with the agent'"/>
  </xsl:call-template>
  <xsl:call-template name="list">
    <xsl:with-param name="class" select="'O'"/>
    <xsl:with-param name="style" select="'without'"/>
    <xsl:with-param name="title" select="'Computers without the agent'"/>
  </xsl:call-template>
  <xsl:call-template name="list">
    <xsl:with-param name="class" select="'I'"/>
    <xsl:with-param name="style" select="'investigate'"/>
    <xsl:with-param name="title" select="'To be investigated'"/>
  </xsl:call-template>
  <xsl:if test="contains($classes, 'L')">
    <xsl:call-template name="list">
      <xsl:with-param name="class" select="'L'"/>
      <xsl:with-param name="style" select="'left'"/>
      <xsl:with-param name="title" select="'Left out: exempt, or no computers'"/>
    </xsl:call-template>
  </xsl:if>
</xsl:template>

<!-- Who scanned what, when, and what the lists go by. -->
<xsl:template name="about">
  <p class="note"><code><bdi><xsl:value-of select="@args"/></bdi></code></p>
  <p class="note">
    <xsl:text>Began </xsl:text><xsl:value-of select="@startstr"/>
    <xsl:if test="runstats/finished/@timestr">
      <xsl:text>, ended </xsl:text><xsl:value-of select="runstats/finished/@timestr"/>
    </xsl:if>
    <xsl:text>.</xsl:text>
  </p>
  <xsl:if test="not(runstats/finished) or runstats/finished/@exit = 'error'">
    <p class="warning">
      <strong>Partial.</strong>
      <xsl:text> The scan did not come to its end</xsl:text>
      <xsl:if test="runstats/finished/@errormsg">
        <xsl:text>: </xsl:text><bdi><xsl:value-of select="runstats/finished/@errormsg"/></bdi>
      </xsl:if>
      <xsl:text>. Hosts may be missing.</xsl:text>
    </p>
  </xsl:if>
  <xsl:if test="not($has-verdicts)">
    <p class="note">
      <xsl:text>Nobody judged these hosts; the lists go by TCP ports alone: </xsl:text>
      <xsl:choose>
        <xsl:when test="$asked = ''">none of the agents' ports was asked</xsl:when>
        <xsl:otherwise>
          <xsl:value-of select="normalize-space(translate($asked, ',', ' '))"/>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:text>. An open port is no proof that the agent runs, and not every agent listens.</xsl:text>
    </p>
  </xsl:if>
</xsl:template>

<xsl:template name="counts">
  <table class="counts">
    <tr><th>With the agent</th><td><xsl:value-of select="string-length(translate($classes, 'OIL', ''))"/></td></tr>
    <tr><th>Without the agent</th><td><xsl:value-of select="string-length(translate($classes, 'WIL', ''))"/></td></tr>
    <tr><th>To be investigated</th><td><xsl:value-of select="string-length(translate($classes, 'WOL', ''))"/></td></tr>
    <xsl:if test="contains($classes, 'L')">
      <tr><th>Left out</th><td><xsl:value-of select="string-length(translate($classes, 'WOI', ''))"/></td></tr>
    </xsl:if>
    <xsl:if test="runstats/hosts/@down">
      <tr><th>No answer</th><td><xsl:value-of select="runstats/hosts/@down"/></td></tr>
    </xsl:if>
  </table>
</xsl:template>

<!-- One list: the hosts of a class. -->
<xsl:template name="list">
  <xsl:param name="class"/>
  <xsl:param name="style"/>
  <xsl:param name="title"/>
  <xsl:variable name="count" select="string-length(translate($classes, translate('WOIL', $class, ''), ''))"/>
  <div class="{$style}">
    <h2><xsl:value-of select="concat($title, ' (', $count, ')')"/></h2>
    <xsl:choose>
      <xsl:when test="$count = 0"><p class="note">None.</p></xsl:when>
      <xsl:otherwise>
        <table class="list">
          <thead>
            <tr><th class="a">Address</th><th class="n">Name</th><th class="p">Ports</th><th>Why</th></tr>
          </thead>
          <tbody>
            <xsl:for-each select="$hosts">
              <xsl:variable name="own"><xsl:apply-templates select="." mode="class"/></xsl:variable>
              <xsl:if test="$own = $class"><xsl:apply-templates select="." mode="row"/></xsl:if>
            </xsl:for-each>
          </tbody>
        </table>
      </xsl:otherwise>
    </xsl:choose>
  </div>
</xsl:template>

<xsl:template match="host" mode="row">
  <xsl:variable name="said" select="hostscript/script[@id = 'muster-verdict']"/>
  <xsl:text>&#10;</xsl:text>
  <tr>
    <td><xsl:value-of select="address[not(@addrtype = 'mac')][1]/@addr"/></td>
    <td>
      <bdi>
        <xsl:choose>
          <xsl:when test="$said/elem[@key = 'name']"><xsl:value-of select="$said/elem[@key = 'name']"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="hostnames/hostname[1]/@name"/></xsl:otherwise>
        </xsl:choose>
      </bdi>
    </td>
    <td><xsl:apply-templates select="ports/port" mode="row"/></td>
    <td>
      <xsl:choose>
        <xsl:when test="$said"><xsl:call-template name="said"><xsl:with-param name="script" select="$said"/></xsl:call-template></xsl:when>
        <xsl:otherwise><xsl:call-template name="why"/></xsl:otherwise>
      </xsl:choose>
    </td>
  </tr>
</xsl:template>

<!-- Open ports, and those that count. -->
<xsl:template match="port" mode="row">
  <xsl:variable name="counts" select="@protocol = 'tcp' and contains($wanted, concat(',', @portid, ','))"/>
  <xsl:if test="$counts or starts-with(state/@state, 'open')">
    <div>
      <bdi>
        <xsl:value-of select="concat(@portid, '/', @protocol, ' ', state/@state)"/>
        <xsl:for-each select="service/@name | service/@product | service/@version">
          <xsl:value-of select="concat(' ', .)"/>
        </xsl:for-each>
      </bdi>
    </div>
  </xsl:if>
</xsl:template>

<!-- What muster said of a host. -->
<xsl:template name="said">
  <xsl:param name="script"/>
  <div><bdi><xsl:value-of select="$script[1]/@output"/></bdi></div>
  <xsl:for-each select="$script[1]/elem[@key = 'findings' or @key = 'next-step']">
    <div class="note">
      <xsl:value-of select="concat(translate(@key, '-', ' '), ': ')"/><bdi><xsl:value-of select="."/></bdi>
    </div>
  </xsl:for-each>
</xsl:template>

<!-- What speaks for the list that a host without a verdict is in. -->
<xsl:template name="why">
  <xsl:variable name="states"><xsl:call-template name="states"/></xsl:variable>
  <xsl:choose>
    <xsl:when test="@timedout = 'true'">given up before its ports were known</xsl:when>
    <xsl:when test="$states = ''">none of the agents' ports was asked</xsl:when>
    <xsl:otherwise>
      <xsl:value-of select="substring($states, 1, string-length($states) - 2)"/>
    </xsl:otherwise>
  </xsl:choose>
  <xsl:if test="status/@reason = 'user-set' and not(contains($states, ' open,')) and not(contains($states, ' closed,'))">
    <xsl:text>; it was taken for up, and may not be there</xsl:text>
  </xsl:if>
</xsl:template>

<!-- The class of a host with a verdict. -->
<xsl:template match="host[hostscript/script[@id = 'muster-verdict']]" mode="class" priority="2">
  <xsl:variable name="said" select="hostscript/script[@id = 'muster-verdict'][1]"/>
  <xsl:variable name="verdict">
    <xsl:choose>
      <xsl:when test="$said/elem[@key = 'verdict']"><xsl:value-of select="$said/elem[@key = 'verdict']"/></xsl:when>
      <xsl:otherwise><xsl:value-of select="substring-before(concat($said/@output, ':'), ':')"/></xsl:otherwise>
    </xsl:choose>
  </xsl:variable>
  <xsl:choose>
    <xsl:when test="starts-with($verdict, 'protected')">W</xsl:when>
    <xsl:when test="$verdict = 'unprotected'">O</xsl:when>
    <xsl:when test="$verdict = 'exempt' or $verdict = 'out-of-scope'">L</xsl:when>
    <xsl:otherwise>I</xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- The class of a host without one, by its ports. -->
<xsl:template match="host" mode="class">
  <xsl:variable name="states"><xsl:call-template name="states"/></xsl:variable>
  <xsl:variable name="without-closed">
    <xsl:call-template name="not-closed"><xsl:with-param name="states" select="$states"/></xsl:call-template>
  </xsl:variable>
  <xsl:choose>
    <xsl:when test="@timedout = 'true' or $states = ''">I</xsl:when>
    <xsl:when test="contains($states, ' open,')">W</xsl:when>
    <xsl:when test="$without-closed = ''">O</xsl:when>
    <xsl:otherwise>I</xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- The states of the ports that count: "2967/tcp closed, 8081/tcp filtered, ". -->
<xsl:template name="states">
  <xsl:param name="rest" select="$asked"/>
  <xsl:if test="ports and contains($rest, ',')">
    <xsl:variable name="port" select="substring-before($rest, ',')"/>
    <xsl:variable name="state">
      <xsl:call-template name="state"><xsl:with-param name="port" select="$port"/></xsl:call-template>
    </xsl:variable>
    <xsl:value-of select="concat($port, '/tcp ', $state, ', ')"/>
    <xsl:call-template name="states"><xsl:with-param name="rest" select="substring-after($rest, ',')"/></xsl:call-template>
  </xsl:if>
</xsl:template>

<!-- The state of one port: listed, or counted among others; by older files, which do not say which, only if all that
     are counted are in one state. -->
<xsl:template name="state">
  <xsl:param name="port"/>
  <xsl:variable name="listed" select="ports/port[@protocol = 'tcp'][@portid = $port][1]"/>
  <xsl:variable name="counted">
    <xsl:if test="not($listed)">
      <xsl:for-each select="ports/extraports/extrareasons[not(@proto) or @proto = 'tcp'][@ports]">
        <xsl:variable name="is-here">
          <xsl:call-template name="holds">
            <xsl:with-param name="ranges" select="concat(@ports, ',')"/>
            <xsl:with-param name="port" select="$port"/>
          </xsl:call-template>
        </xsl:variable>
        <xsl:if test="$is-here != ''"><xsl:value-of select="../@state"/></xsl:if>
      </xsl:for-each>
    </xsl:if>
  </xsl:variable>
  <xsl:choose>
    <xsl:when test="$listed"><xsl:value-of select="$listed/state/@state"/></xsl:when>
    <xsl:when test="$counted != ''"><xsl:value-of select="$counted"/></xsl:when>
    <xsl:when test="count(ports/extraports) = 1 and not(ports/extraports/extrareasons/@ports)">
      <xsl:value-of select="ports/extraports/@state"/>
    </xsl:when>
    <xsl:otherwise>not known</xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- What of a list of states is not closed. -->
<xsl:template name="not-closed">
  <xsl:param name="states"/>
  <xsl:if test="$states != ''">
    <xsl:if test="substring-after(substring-before($states, ','), ' ') != 'closed'">x</xsl:if>
    <xsl:call-template name="not-closed"><xsl:with-param name="states" select="substring-after($states, ', ')"/></xsl:call-template>
  </xsl:if>
</xsl:template>

<!-- The ports of a list that were asked; all of them if the file does not say what was. -->
<xsl:template name="asked-of">
  <xsl:param name="rest"/>
  <xsl:if test="$rest != ''">
    <xsl:variable name="port" select="substring-before($rest, ',')"/>
    <xsl:variable name="is-asked">
      <xsl:call-template name="holds">
        <xsl:with-param name="ranges" select="$services"/>
        <xsl:with-param name="port" select="$port"/>
      </xsl:call-template>
    </xsl:variable>
    <xsl:if test="$port != '' and ($is-asked != '' or $services = '')"><xsl:value-of select="concat($port, ',')"/></xsl:if>
    <xsl:call-template name="asked-of"><xsl:with-param name="rest" select="substring-after($rest, ',')"/></xsl:call-template>
  </xsl:if>
</xsl:template>

<!-- "x" if ascending ranges, each with a comma after it, hold a port. Half of them is left out at each step, so that no list
     is too long for the depth that a processor allows. -->
<xsl:template name="holds">
  <xsl:param name="ranges"/>
  <xsl:param name="port"/>
  <xsl:variable name="first" select="substring-before($ranges, ',')"/>
  <xsl:variable name="others" select="substring-after($ranges, ',')"/>
  <xsl:variable name="middle" select="floor(string-length($ranges) div 2)"/>
  <xsl:variable name="half" select="substring-after(substring($ranges, $middle + 1), ',')"/>
  <xsl:choose>
    <xsl:when test="$others = ''">
      <xsl:variable name="low" select="number(substring-before(concat($first, '-'), '-'))"/>
      <xsl:choose>
        <xsl:when test="$first = $port">x</xsl:when>
        <xsl:when test="contains($first, '-') and $low &lt;= $port and $port &lt;= number(substring-after($first, '-'))">x</xsl:when>
      </xsl:choose>
    </xsl:when>
    <xsl:when test="$half = ''">
      <xsl:call-template name="holds-either">
        <xsl:with-param name="left" select="concat($first, ',')"/>
        <xsl:with-param name="right" select="$others"/>
        <xsl:with-param name="port" select="$port"/>
      </xsl:call-template>
    </xsl:when>
    <xsl:otherwise>
      <xsl:call-template name="holds-either">
        <xsl:with-param name="left" select="substring($ranges, 1, string-length($ranges) - string-length($half))"/>
        <xsl:with-param name="right" select="$half"/>
        <xsl:with-param name="port" select="$port"/>
      </xsl:call-template>
    </xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- The same for the part that can hold the port: the right one if it does not begin beyond. -->
<xsl:template name="holds-either">
  <xsl:param name="left"/>
  <xsl:param name="right"/>
  <xsl:param name="port"/>
  <xsl:variable name="begins" select="number(substring-before(translate($right, '-', ','), ','))"/>
  <xsl:call-template name="holds">
    <xsl:with-param name="ranges">
      <xsl:choose>
        <xsl:when test="$begins &lt;= $port"><xsl:value-of select="$right"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="$left"/></xsl:otherwise>
      </xsl:choose>
    </xsl:with-param>
    <xsl:with-param name="port" select="$port"/>
  </xsl:call-template>
</xsl:template>

</xsl:stylesheet>
